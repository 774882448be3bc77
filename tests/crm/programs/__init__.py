"""What organizations run."""
