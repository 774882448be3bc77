"""Publishing: how programs, sessions and contents become public, and what was public (S-FLW-01 … S-FLW-04, Z-192).

Everything goes one step at a time along its flow; `rules.py` holds the three of them. Locks are taken from above to
below: program, chapters, sessions by id. Whoever changes a content holds its session (`contents/queries.py`), so a
publication sees all of it as it stays. Why things are as they are: docs/decisions/0016.
"""
