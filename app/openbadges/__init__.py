"""Open Badges 3.0 as formats: how a credential is canonicalised, signed, verified, revoked and put into a picture.

Knows no table and no domain, and reaches no network: contexts are files beside it, and whoever verifies hands in the
DID documents and status lists. The academy issues with it, `lyceum verify` checks with it.
"""
