"""Clients, who works for them, and the platform's own staff.

A client is the boundary of row-level security (`app/studio/rls.py`): its members see everything of it and of no other
client, staff see all. Invariants: a slug is unique among all clients and never changes (S-SLG-01); there is always
somebody on the staff. The first one is made by the operator: `lyceum account create --studio-staff`.
"""
