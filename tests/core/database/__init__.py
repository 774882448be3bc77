"""Tests of app/core/database."""
