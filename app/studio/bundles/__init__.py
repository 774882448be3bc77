"""Bundles: a program as one document that another studio, or the same one, makes the same program from.

Invariants: what is in a bundle is content alone, so that export → import → export gives the same bytes. Ids, times,
authors, places, slugs, statuses, revisions, comments and earlier versions of knowledge stay where they are. An imported
program is a draft with all that is in it: an approval is somebody's decision about a row, not a word of a document.
"""
