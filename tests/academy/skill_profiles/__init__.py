"""Tests of skill profiles."""
