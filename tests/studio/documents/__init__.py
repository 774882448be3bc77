"""The published schemas and the verdicts of the API."""
