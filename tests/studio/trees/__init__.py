"""Tests of the studio's trees."""
