"""Choices within learning paths."""
