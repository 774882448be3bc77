"""Tests of what all credentials have in common."""
