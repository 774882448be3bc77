"""Promises held against rows."""
