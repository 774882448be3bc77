"""CRM: an organization's programs, who takes part in them, and their events (seed 000).

Its tables live in the PostgreSQL schema `crm`; the organizations and who belongs to them are `core.organizations` and
`core.organization_memberships`. Words with two meanings: a *program* is an activity that people join, never a content
product (that is the studio's); an *event* is a gathering of an organization, never a domain event.

A program is never deleted but archived, and a participation never used again: whoever comes back gets a new one.
What belongs to a program and to an organization at once points at both by one key, so the two cannot disagree.

Announces: everything in `app/domain_events/crm.py`, each with an entry in the audit. Hears: `OrganizationMemberRemoved`
of identity, and its own events.
"""
