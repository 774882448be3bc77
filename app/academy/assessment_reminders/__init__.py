"""Reminders of assessments: before the course, in class, and in the week after it (A-ASM-15).

Each learner is reminded of an assessment once, and only as long as they have not begun it. What is due is found by the
clock at every run, so downtime delays a reminder and loses none whose time has not passed.
"""
