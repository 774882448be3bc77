"""Tests of the studio's chapters."""
