"""Events of an organization, who was there, and for which programs they count (P-PRG-13, Z-25).

Invariants: one line of attendance per person and event; an event counts for programs of its own organization alone,
which the database holds. Who attended is announced, and the worker looks at the programs (`completion/`).
"""
