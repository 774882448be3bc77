"""Tests: a mirror of `app/`, on a real PostgreSQL and a real Redis."""
