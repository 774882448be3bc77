"""What identity promises of its rows."""

from app.core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "identity.organizations_have_an_admin",
        "every organization has an admin",
        "Z-04",
        """
        SELECT id AS subject, 'no admin' AS detail FROM core.organizations organization
        WHERE NOT EXISTS (SELECT FROM core.organization_memberships place
                          WHERE place.organization_id = organization.id AND place.ended_at IS NULL
                            AND place.role = 'admin')
        """,
    ),
)
