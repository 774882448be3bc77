"""The ladder of a skill: which level follows which, what each takes, and how far a learner is noted to be.

Everything about the order of levels is in `rules.py`. `service.hold` is the lock on (learner, skill): whoever writes
evidence, a level or a badge takes it first, so that they come one after the other.
"""
