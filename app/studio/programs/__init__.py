"""Programs: what is written for a client.

Invariants: a slug is unique among the client's programs and never changes (S-SLG-01); the totals are the database's
(S-CNT-01); what is published is not changed, but taken back to a draft first (Z-192). Lock order of everything inside
a program: the program's row, then chapters, sessions, contents. Whoever changes one of them begins with
`queries.lock_program`, so that what they checked stays true until the commit and nobody waits for each other.
"""
