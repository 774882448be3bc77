"""Everything that can ever happen, one file per package. Floor 1: every domain may read it, it imports none.

All of them are imported here: a process that knows one kind knows every kind, and so may relay it.
"""

from app.domain_events import academy, core, crm, identity, notifications, studio, webhooks

__all__ = ["academy", "core", "crm", "identity", "notifications", "studio", "webhooks"]
