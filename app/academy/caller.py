"""Who is asking, as one CTE for the statements of hot paths: standing, role and organization in the same round trip."""

from typing import Any

from sqlalchemy import ScalarSelect, select

from app.academy.models import Learner, Role
from app.identity.models import Account
from app.identity.standing import judge, standing
from app.identity.tokens import Claims

CALLER = (
    standing()
    .add_columns(Learner.role, Learner.organization_id)
    .outerjoin(Learner, Learner.id == Account.id)
    .cte("caller")
)


def callers(column: str) -> ScalarSelect[Any]:
    """One column of the caller; null without a token."""
    return select(CALLER.c[column]).scalar_subquery()


# What `is_plain` reads, for the columns of a statement.
STANDING = tuple(callers(name).label(name) for name in ("account_status", "is_login_live", "role"))


def is_plain(row: Any, claims: Claims | None) -> bool:
    """Whether the caller sees what everybody sees; a platform admin does not. Raises what `judge` raises."""
    if claims is None:
        return True
    judge(claims, row["account_status"], row["is_login_live"])
    return bool(row["role"] != Role.platform_admin)
