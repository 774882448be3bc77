"""Programs: what an organization runs, under which slug, and where it stands.

Invariants: a slug is unique within its organization, and one that a program had before leads to it until another
program takes it (Z-21, Z-22). A program is archived and never deleted (P-PRG-09). Whoever belongs to the organization
may know of all its programs; only its admins change them.
"""
