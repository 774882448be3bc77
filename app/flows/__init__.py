"""Flows: the few requests that need several domains at once. Each room here is a decision of its own.

- `current_account`: who the caller is in every system. The answer is one, the roles are each system's own.
- `invariants`: every promise of every system, held against the rows in one look.
"""
