"""Lessons: the parts of a class session, and who has finished which (Z-67).

Seen by whoever learns or teaches in the course; written by platform admins. A lesson that somebody has finished, or
that an assessment checks, cannot be taken away.
"""
