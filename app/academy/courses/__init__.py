"""Courses: what can be learned, for how much, and who sees it. The reference feature: read it first, copy its shape.

Reading order: schemas, errors, rules, queries, service, deps, router. Invariants: a slug is unique and never changes
(A-CRS-02); a draft is known to platform admins alone, an archived course to its people and them (A-CRS-03).
"""
