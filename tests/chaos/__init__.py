"""The fault harness, as far as it can be tried without playing."""
