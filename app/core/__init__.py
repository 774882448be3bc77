"""Floor 0: tools that know nothing of any domain."""
