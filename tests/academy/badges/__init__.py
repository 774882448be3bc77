"""Tests of badges and portfolios."""
