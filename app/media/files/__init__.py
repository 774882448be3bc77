"""Files that the house makes itself: announced before their bytes are written, so that no byte is ever lost sight of.

Announce and commit, write the bytes, settle. What was announced and never settled is swept a day later.
"""
