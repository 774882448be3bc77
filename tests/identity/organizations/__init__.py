"""Tests of identity's organizations."""
