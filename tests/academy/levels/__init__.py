"""Tests of the order of levels."""
