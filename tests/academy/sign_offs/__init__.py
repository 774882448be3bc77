"""Tests of sign-offs."""
