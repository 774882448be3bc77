"""Reviews: what readers of a draft remark on a program, a session or one of its contents, until it is resolved.

A comment is about the session and the kind of content, not about the row: it outlives an article that is written anew.
Whoever works for the client comments and resolves; the words of a comment are its author's.
"""
