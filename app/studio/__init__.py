"""Studio: authoring of training content for clients, behind row-level security (seed 004).

Its tables live in the PostgreSQL schema `studio`: a client has programs, a program chapters, a chapter sessions, and a
session at most one article, video, quiz and exercise. Words with two meanings: a *session* is a unit of content, never
a login or a class; a *program* is a product that is written, never an activity that people join (that is the CRM's).

Whose rows are whose is decided by PostgreSQL, not only by our queries: `rls.py` says how, `deps.py` tells it who acts.
A row belongs to the client above it; members of a client see its rows, staff see all, and who says nothing sees none.
That holds for the owner of the tables too: a migration that moves rows of the studio lifts FORCE for its own time, and
a backup is taken by a role with BYPASSRLS.

Announces: everything in `app/domain_events/studio.py`. Hears nothing.
"""
