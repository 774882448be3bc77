"""The current account: who the token's bearer is, in one statement."""

from starlette.requests import Request
from starlette.responses import Response

from bench.ceilings.database import STANDING, lanes
from bench.ceilings.tokens import caller

_ME = f"""
WITH standing AS ({STANDING})
SELECT json_build_object('id', standing.id, 'email', standing.email, 'name', standing.name,
    'academy', CASE WHEN learner.id IS NOT NULL
        THEN json_build_object('role', learner.role, 'organization_id', learner.organization_id) END,
    'community', NULL,
    'organizations', coalesce((
        SELECT json_agg(json_build_object('id', organization.id, 'name', organization.name,
            'slug', organization.slug, 'role', membership.role) ORDER BY organization.name, organization.id)
        FROM core.organization_memberships membership
        JOIN core.organizations organization ON organization.id = membership.organization_id
        WHERE membership.account_id = standing.id AND membership.ended_at IS NULL), '[]'))::text
FROM standing LEFT JOIN academy.users learner ON learner.id = standing.id
"""


async def get_me(request: Request) -> Response:
    """`GET /api/v1/identity/me`."""
    found = await lanes.value(_ME, *caller(request.scope["headers"]))
    return Response(status_code=401) if found is None else Response(found, media_type="application/json")
