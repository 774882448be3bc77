"""Notifications: one inbox for all domains, and the mails that go with it.

Tables: `core.notifications`, `core.mails`. A domain calls `notices.service.notify` in the transaction of the change;
rows are written there, the mail leaves from a job after the commit, outside any transaction. Announces `MailQueued`.
"""
