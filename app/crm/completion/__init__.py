"""Completion by the numbers: when attendance says that somebody has completed a program (P-CMP-01..06, Z-24).

What counts is said once, in `queries.py`, as SQL. `service.complete_who_met` alone completes by it: one conditional
statement under the lock of the programs, so a participation is completed exactly once, whoever asks at the same time.
Manual attendance asks at once; attendance at events, links and criteria ask through the worker.
"""
