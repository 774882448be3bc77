"""What there is to see without customers: demo data (`lyceum seed`) and the story of a cohort that sells out
(`lyceum demo`).

The story is a client like any other: it speaks HTTP, and only its closing account reads the database.
"""
