"""What is taught where: the skills of a course with their weights, the competencies of its lessons, and the outcomes
that follow from both.

Written by whoever may edit the course, under the course's lock. A course has a skill once, a lesson a competency once.
"""
