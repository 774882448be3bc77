"""What the database itself holds the academy's rows to."""
