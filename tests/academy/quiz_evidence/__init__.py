"""Tests of quiz evidence."""
