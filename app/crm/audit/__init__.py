"""The audit: every change of the CRM with who made it and when, for the admins of the organization.

`announce` is how a verb of this system tells of a change: the domain event and the audit entry are written together,
in the transaction of the change, so there is never one without the other (P-PRV-02).
"""
