"""Learning paths: what they are, for whom, at what price. Their steps, groups and offers are edited next door.

Invariants: a slug is unique and never changes; only a bundled path has a bundle price, and no discount is ever written
by hand (Z-123); what is active can be followed to its end and be bought. Changes of a path and of all that belongs to
it go one by one, under the lock of its row. `rules.py` says what counts and what is open, for everybody in a path.
"""
