"""What the database itself holds people, managers and the library to."""
