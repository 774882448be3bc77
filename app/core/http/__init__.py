"""The web edge: transactions, problem documents, pages, idempotency, ETags, limits, the request guard."""
