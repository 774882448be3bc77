"""Notices: what somebody finds in their inbox, written in the transaction of what it tells of (A-WTL-04).

Invariant: a notice and the mail that belongs to it are committed together or not at all. Everybody sees their own.
"""
