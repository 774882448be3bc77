"""Tests of the studio's knowledge."""
