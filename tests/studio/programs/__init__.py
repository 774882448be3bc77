"""Tests of the studio's programs."""
