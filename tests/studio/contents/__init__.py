"""The four kinds of content."""
