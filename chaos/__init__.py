"""Faults on purpose: the shipped commands under load, killed, frozen and lied to, and a ledger that must add up."""
