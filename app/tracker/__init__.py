"""Tracker: a church's courses and certifications, kept in step with Planning Center (seed 003).

Its tables live in the PostgreSQL schema `tracker`, named in the singular as the seed names them. Words with two
meanings: a *person* is a member of the church and mostly has no account, an *account* is who signs in and changes
things (`created_by`, `assigned_by`); a *role* holds in the whole system, a *course role* in one course; an *event* is
Planning Center's, a course's dates and seats, never a domain event; a *registration* is Planning Center's word for
what is an *enrollment* here.

Every change of a row is written to `tracker.audit_log` by a trigger, in its transaction. Whoever opens a transaction
for somebody says so first: `app.core.database.acting.act_for`. A new table is watched by its migration
(`tracker.watch_changes`), and what the log must not quote is listed in `tracker.audit_mask`.

Announces: nothing yet. Hears: nothing yet.
"""
