"""The lines of `test_access.py` that fill a file of their own, one per system."""
