"""The house rules, each checked by a machine in seconds and each itself tested against a breach."""
