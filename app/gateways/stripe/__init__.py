"""Stripe: checkout, refunds, signed webhooks. The house uses `client.py`; `twin/` is the local Stripe."""
