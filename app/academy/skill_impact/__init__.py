"""How far the learners of a course are in the skills that it teaches: of each for its teachers, in sum for managers.

Only enrollments whose payment is completed count. Invariant: what an organization is told is about five people or
more, and never about one (A-PRV-09).
"""
