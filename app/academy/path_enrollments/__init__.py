"""People in learning paths: getting in, resting, running out, renewing.

Invariant: nobody is in a path without what entitles to it, and what entitles is looked up here, never believed (Z-124).
A person has one enrollment per path for good; `path_progress` says how far they are in it.
"""
