"""Notices: what the academy tells its people, in the application and by mail, and when.

An offer is told of in its own transaction (A-WTL-04); everything else by listening to what was announced.
"""
