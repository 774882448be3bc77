"""What learning paths are."""
