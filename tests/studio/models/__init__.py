"""What the tables of the studio accept and refuse."""
