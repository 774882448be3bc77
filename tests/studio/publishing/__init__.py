"""The flows, publications and revisions."""
