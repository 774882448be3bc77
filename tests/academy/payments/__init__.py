"""Tests of the money of a seat."""
