"""Tests of identity's sessions."""
