"""The steps of learning paths."""
