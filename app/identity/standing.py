"""Whether a login and its account are still good: asked of the database with every request (rules 5 and 51).

A statement of a hot path asks it together with its work: `standing()` as a CTE, its row judged by `judge`.
"""

from typing import Any

from sqlalchemy import Select, Uuid, and_, bindparam, func, select

from app.core.errors import Unauthenticated
from app.identity.actor import AccountSuspended, Actor, SessionRevoked
from app.identity.models import Account, AccountStatus, AuthSession
from app.identity.tokens import Claims


def standing() -> Select[str, bool]:
    """One row, `account_status` and `is_login_live`; none when there is no such login of such an account.

    Binds `auth_session_id` and `account_id`; see `named`.
    """
    live = and_(AuthSession.revoked_at.is_(None), AuthSession.expires_at > func.now())
    return (
        select(Account.status.label("account_status"), live.label("is_login_live"))
        .join_from(AuthSession, Account, Account.id == AuthSession.account_id)
        .where(
            AuthSession.id == bindparam("auth_session_id", type_=Uuid()),
            Account.id == bindparam("account_id", type_=Uuid()),
        )
    )


def named(claims: Claims | None) -> dict[str, Any]:
    """What `standing` binds; for nobody values that no row has."""
    if claims is None:
        return {"auth_session_id": None, "account_id": None}
    return {"auth_session_id": claims.auth_session_id, "account_id": claims.account_id}


def judge(claims: Claims, account_status: str | None, is_login_live: bool | None) -> Actor:
    """The actor behind a verified token. Raises `Unauthenticated`, `SessionRevoked`, `AccountSuspended`."""
    if account_status is None:
        raise Unauthenticated("The access token is not valid")
    if not is_login_live:
        raise SessionRevoked
    if account_status != AccountStatus.active:
        raise AccountSuspended
    return Actor(claims.account_id, claims.auth_session_id)
