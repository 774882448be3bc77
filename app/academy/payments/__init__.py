"""Payments: the money of a seat, and what Stripe tells us about it.

Invariant: every payment that came in has a seat, or goes back. Facts from Stripe move a payment only forward, in
whatever order and however often they come (Z-70); `service.py` applies them, `rules.py` reads them.
"""
