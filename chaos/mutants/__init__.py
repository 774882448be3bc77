"""Mutants: the product, broken on purpose in a copy, to see that an equation notices.

A check that never fails proves nothing. Each mutant is a small patch of the kind that a tired person might commit; it
is applied to a copy of the tree and played. The product itself has no switch that breaks it.
"""
