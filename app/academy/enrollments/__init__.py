"""Enrollments: a person's place in a cohort, from checkout to the end of access.

`checkout.py` sells a seat in two steps around the call to Stripe; `service.py` holds everything that is one step.
Seats themselves change hands in `cohorts/seats.py` only.
"""
