"""Tests of identity's magic links."""
