"""Credentials: what certificates and badges have in common. Signing and its keys, the public side, taking back.

A credential is an Open Badge 3.0 that is signed when it is issued and never changed afterwards: what becomes of it
stands beside it, in its row and in the status list. Nothing public holds an address of its holder, only a salted hash.
"""
