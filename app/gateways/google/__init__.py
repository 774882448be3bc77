"""Sign-in with Google: OpenID Connect, code flow with PKCE. `twin.py` is a small issuer for this machine."""
