"""Contents: the article, video, quiz and exercise of a session, at most one of each (S-HIE-02, S-CNT-01 … S-CNT-03).

One implementation for the four kinds: `router.py` lists what is different about each. Editing what was
approved makes it a draft again, and what has been published is not edited at all: docs/decisions/0016.
"""
