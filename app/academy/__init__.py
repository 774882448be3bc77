"""Academy: cohort courses with seats, payments and waiting lists (seed 002).

Its tables live in the PostgreSQL schema `academy`. Words with two meanings: a *session* is a course's class session,
never a login; a *seat* is a place in a cohort, held by an enrollment (`current_enrollment`) or by an offer (`held`).
`cohorts/seats.py` and `cohorts/queue.py` alone write those two counters.

Announces: everything in `app/domain_events/academy.py`. Hears: `StripeEventReceived`, and its own events.
"""
