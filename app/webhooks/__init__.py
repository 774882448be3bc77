"""Webhooks: what Stripe, Cal.com and Planning Center send is stored first, answered, and worked on later (D-08).

Table: `core.inbox`. Announces `StripeEventReceived`. Invariant: one row per sender and the sender's own event id.
"""
