"""The agenda of a course: its class sessions, by day and by their order in the day.

A session here is a class session, never a login; it belongs to the course, not to a cohort, and has no date.
Invariants: one place, one session; no day that the kind of course does not have (A-CRS-04, A-CRS-06). Changes of an
agenda go one by one, under the lock of its course.
"""
