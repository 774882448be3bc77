"""Tests of the waitlist."""
