"""Tests of who the caller is."""
