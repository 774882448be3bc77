"""How people get on in learning paths: the steps they have done, what opens next, and the cohorts that a path pays for.

A step is done when its course is: the course's completion is followed wherever it came from. Everything that moves
progress happens under the lock of the path enrollment, so a path is completed once, with one certificate.
"""
