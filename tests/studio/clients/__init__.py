"""Tests of the studio's clients."""
