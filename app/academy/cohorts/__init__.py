"""Cohorts: when a course runs, and its seats. `seats.py` is the only room where a seat changes hands."""
