"""Auth sessions: one per device, from a proof to a family of rotating refresh tokens (rule 56).

A refresh token carries the id of its login, a 256-bit secret and a seal. Only the hash of the current secret and of
the one before are kept. A successor is computed from the token presented and a key of the server, so a request sent
twice on a bad network gets the same successor for ten seconds. Later, a token that we sealed but that is no longer
current was copied: the whole family ends. The seal keeps made-up tokens from ending anybody's login.
"""
