"""`GET /identity/me` in one statement: the first call of every front end after every start.

Standing, profile, role and organizations in one round trip instead of four in a transaction. The figure stands in
bench/results.md.
"""

from fastapi import Request
from sqlalchemy import case, func, literal_column, null, select
from starlette.responses import Response

from app.academy.models import Learner
from app.core.database.documents import as_text, document
from app.core.database.driver import Statement
from app.core.errors import Unauthenticated
from app.core.http.express import json_answer
from app.identity.deps import read_claims
from app.identity.models import Account, Organization, OrganizationMembership
from app.identity.standing import judge, named, standing

_STANDING = standing().add_columns(Account.id, Account.email, Account.name).cte("standing")

_ORGANIZATIONS = (
    select(
        func.coalesce(
            func.json_agg(
                document(
                    id=Organization.id,
                    name=Organization.name,
                    slug=Organization.slug,
                    role=OrganizationMembership.role,
                )
            ).aggregate_order_by(Organization.name, Organization.id),
            literal_column("'[]'::json"),
        )
    )
    .join(OrganizationMembership, OrganizationMembership.organization_id == Organization.id)
    .where(OrganizationMembership.account_id == _STANDING.c.id, OrganizationMembership.ended_at.is_(None))
    .scalar_subquery()
)

_ME = Statement(
    select(
        _STANDING.c.account_status,
        _STANDING.c.is_login_live,
        as_text(
            document(
                id=_STANDING.c.id,
                email=_STANDING.c.email,
                name=_STANDING.c.name,
                academy=case(
                    (Learner.id.is_not(None), document(role=Learner.role, organization_id=Learner.organization_id))
                ),
                community=null(),
                organizations=_ORGANIZATIONS,
            )
        ).label("document"),
    )
    .select_from(_STANDING)
    .outerjoin(Learner, Learner.id == _STANDING.c.id)
)


async def serve_me(request: Request) -> Response | None:
    """The caller, in every system. Raises `Unauthenticated`, `SessionRevoked`, `AccountSuspended`."""
    claims = read_claims(request)
    if claims is None:
        raise Unauthenticated
    row = await _ME.one(request.state.drivers, **named(claims))
    if row is None:
        judge(claims, None, None)
        return None
    judge(claims, row["account_status"], row["is_login_live"])
    return json_answer(row["document"])
