"""Gatherings, and who was there."""
