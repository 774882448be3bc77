"""Badges of skills: issued by a person or by the rules, renewed, and shown together as a portfolio.

Invariant: one live badge per learner, skill and level. A badge raises the level that is noted of its holder and never
lowers it; when it expires, the level stays.
"""
