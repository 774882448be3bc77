"""The studio: its tables, and who sees which rows of them."""
