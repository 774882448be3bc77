"""The steps of learning paths: which course comes when, and what opens it.

Invariants: steps are numbered 1 to n without gaps; a course comes once; members of a group follow each other and are
all required or all optional; whatever somebody chooses, every step can open one day; and a path that is active or has
people can be followed to its end. Each change of steps or groups goes through `service.settle`, under the path's lock.
"""
