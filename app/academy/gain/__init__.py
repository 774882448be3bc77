"""Learning gain: what a course changed, measured by the same questions before and after it (Hake 1998).

Invariant: an enrollment with a graded post attempt and a graded pre attempt before it has exactly one row in
`academy.learning_gain_analytics`, and what is in it follows from the attempts alone. One statement writes it, for one
enrollment or for all, so a job and a recomputation cannot disagree.
"""
