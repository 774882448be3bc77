"""Tests of the studio's sessions."""
