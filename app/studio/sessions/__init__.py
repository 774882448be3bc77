"""Sessions: the units of content, in the order of their chapter.

As chapters are ordered and numbered, so are they; `number` is a text such as "1.1". A session moves to another chapter
of the same program by being named in that chapter's order, and takes its contents along.
"""
