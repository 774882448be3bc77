"""Media: stored files, of all systems."""
