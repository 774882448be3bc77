"""The whole of a program in one answer: chapters, sessions and their contents (S-HIE-01).

PostgreSQL writes the document, in one statement however large the program is, and it is sent as it is;
`bench/studio_tree.py` says what that costs beside the bare statement. Each part brings its `version`, so that it can be
edited from here.
"""
