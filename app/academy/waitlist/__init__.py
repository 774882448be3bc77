"""The waitlist: who waits for a cohort or a course, and what they are offered.

Invariant: an offer holds its seat until it is accepted, declined or over, so nobody outside the queue can take it, and
nobody in the queue is overtaken. Entries change state in `cohorts/queue.py` only.
"""
