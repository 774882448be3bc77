"""Credentials of outside services: encrypted, one live one for each purpose, empty once revoked (Z-184)."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.constraints import constraint_of
from app.identity.models import IntegrationCredential, Organization
from tests.factories import identity
from tests.support.refusals import refused

SEALED = b"\x01" * 64
REVOKED = {"access_token": None, "revoked_at": utc_now(), "revoked_reason": "invalid_grant"}


def credential(**more: Any) -> IntegrationCredential:
    """The tracker's own connection with Planning Center."""
    values = {"system": "tracker", "provider": "planning_center", "key_id": "2027-01", "access_token": SEALED}
    return IntegrationCredential(**values | more)


@pytest.mark.req("Z-184")
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, None),
        ({"refresh_token": SEALED, "webhook_secret": SEALED, "expires_at": utc_now()}, None),
        ({"system": "billing"}, "ck_integration_credentials_system"),
        ({"provider": "Planning Center"}, "ck_integration_credentials_provider"),
        ({"kind": "password"}, "ck_integration_credentials_kind"),
        ({"kind": "personal_token"}, None),
        ({"kind": "personal_token", "refresh_token": SEALED}, "ck_integration_credentials_kind_fits"),
        ({"access_token": b"short and in clear"}, "ck_integration_credentials_encrypted"),
        ({"webhook_secret": b"short"}, "ck_integration_credentials_encrypted"),
        ({"access_token": None}, "ck_integration_credentials_revoked"),
        (REVOKED | {"revoked_reason": None}, "ck_integration_credentials_revoked"),
        (REVOKED | {"refresh_token": SEALED}, "ck_integration_credentials_revoked"),
        (REVOKED, None),
    ],
)
async def test_a_credential_is_sealed_and_emptied_when_it_is_revoked(
    session: AsyncSession, changes: dict[str, Any], constraint: str | None
) -> None:
    assert await refused(session, credential(**changes)) == constraint


async def test_a_purpose_has_one_live_credential(session: AsyncSession) -> None:
    session.add(customer := identity.organization())
    await session.flush()
    assert await refused(session, credential()) is None
    assert await refused(session, credential()) == "uq_integration_credentials_deployment"
    assert await refused(session, credential(provider="slack")) is None
    assert await refused(session, credential(organization_id=customer.id)) is None
    again = credential(organization_id=customer.id)
    assert await refused(session, again) == "uq_integration_credentials_organization"
    assert await refused(session, credential(organization_id=customer.id, **REVOKED)) is None


async def test_an_organization_with_credentials_is_kept(session: AsyncSession) -> None:
    session.add(customer := identity.organization())
    await session.flush()
    session.add(credential(organization_id=customer.id))
    await session.flush()
    found = None
    try:
        async with session.begin_nested():
            await session.delete(await session.get_one(Organization, customer.id))
            await session.flush()
    except IntegrityError as error:
        found = constraint_of(error)
    assert found == "fk_integration_credentials_organization_id"
