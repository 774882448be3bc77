"""Offers of learning paths: further prices beside the bundle price (Z-123), once or by subscription.

Invariants: a subscription has an interval and a bundle has none; an offer that was bought is never deleted, only taken
off sale; a path of the catalogue that is sold by subscription keeps at least one to subscribe to.
"""
