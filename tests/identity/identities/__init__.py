"""Tests of identity's identities."""
