"""Unsaved rows of identity, complete and unlike each other."""

from datetime import UTC, datetime, timedelta
from itertools import count
from secrets import token_bytes
from typing import Any
from uuid import UUID

from app.core.ids import new_id
from app.identity.models import (
    Account,
    AccountIdentity,
    AccountStatus,
    AuthSession,
    Organization,
    OrganizationMembership,
    OrganizationRole,
    SignInMethod,
)

_number = count(1)


def account(**fields: Any) -> Account:
    """An active account with a proven address of its own."""
    number = next(_number)
    return Account(
        **{
            "id": new_id(),
            "email": f"person{number}.{new_id().hex[-8:]}@example.com",
            "name": f"Person {number}",
            "status": AccountStatus.active,
            "email_verified_at": datetime.now(UTC),
            **fields,
        }
    )


def account_identity(account_id: UUID, **fields: Any) -> AccountIdentity:
    """An outside login that leads to an account."""
    return AccountIdentity(
        **{
            "id": new_id(),
            "account_id": account_id,
            "issuer": "https://accounts.google.com",
            "subject": new_id().hex,
            "email": "someone@example.com",
            "is_authoritative": False,
            **fields,
        }
    )


def auth_session(account_id: UUID, **fields: Any) -> AuthSession:
    """A live login of an account; nobody knows its refresh token."""
    return AuthSession(
        **{
            "id": new_id(),
            "account_id": account_id,
            "method": SignInMethod.command_line,
            "refresh_hash": token_bytes(32),
            "expires_at": datetime.now(UTC) + timedelta(days=30),
            **fields,
        }
    )


def organization(**fields: Any) -> Organization:
    """An organization without members."""
    number = next(_number)
    return Organization(**{"id": new_id(), "name": f"Guild {number}", "slug": f"guild-{new_id().hex[-12:]}", **fields})


def membership(organization_id: UUID, account_id: UUID, **fields: Any) -> OrganizationMembership:
    """A live membership."""
    return OrganizationMembership(
        **{
            "id": new_id(),
            "organization_id": organization_id,
            "account_id": account_id,
            "role": OrganizationRole.member,
            **fields,
        }
    )
