"""Reports of learning gain: of a cohort, a course, an organization, made of the same rows and so comparable.

Invariant: what an organization is told is about five people or more, and never about one (A-PRV-09).
"""
