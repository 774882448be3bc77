"""Lyceum: one headless learning platform behind one async JSON API."""
