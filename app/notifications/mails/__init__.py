"""Mails: queued with the change they tell of, rendered and sent by a job, outside any transaction.

Invariants: a mail's row is the guarantee against a second one, its id is the provider's idempotency key; words are
made when it is sent, so an address or a template that was corrected meanwhile is the one used.
"""
