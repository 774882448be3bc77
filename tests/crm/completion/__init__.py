"""When attendance completes somebody."""
