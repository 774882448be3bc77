"""Accounts: made once per address, changed by their owner, suspended by the operator."""
