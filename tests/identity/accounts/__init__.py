"""Tests of identity's accounts."""
