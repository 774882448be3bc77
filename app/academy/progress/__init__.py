"""Progress: who was in which class session, how far a learner is, and who has completed a course (Z-67).

A course is completed when its cohort is, every required assessment is passed, and enough sessions were attended where
the course asks for it; or when an instructor says so. Completion is for good: certificates stand on it, so a later
regrading or correction does not take it back. Everything is recomputed from the rows, under the enrollment's lock.
"""
