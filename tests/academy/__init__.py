"""The academy."""
