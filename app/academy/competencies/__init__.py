"""Competencies: the measurable parts of a skill, how each may be shown, and from which score it counts as shown.

Read by everybody, written by platform admins. Invariant: what somebody has shown evidence of is archived and never
deleted.
"""
