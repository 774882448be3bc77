"""Prices of learning paths."""
