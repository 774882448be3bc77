"""Choices within learning paths: groups of steps of which one does `choose_n` (Z-122).

A group begins empty and steps come into it one by one (`path_steps`). What holds for steps and groups together is
looked at in one place, `path_steps.service.settle`.
"""
