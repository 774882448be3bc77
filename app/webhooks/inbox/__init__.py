"""The inbox: verified, stored as it came, announced, answered; worked on by whoever listens (D-08).

Invariant: a message and its first `StripeEventReceived` are written by one statement, so neither exists without the
other, and a repeated delivery writes nothing.
"""
