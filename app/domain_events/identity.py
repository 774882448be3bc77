"""What happens to accounts and organizations."""

from typing import ClassVar
from uuid import UUID

from app.core.outbox.domain_event import DomainEvent


class AccountCreated(DomainEvent):
    """Somebody proved an address, came through Google, or was entered by the operator."""

    kind: ClassVar[str] = "identity.account_created"
    key_field: ClassVar[str] = "account_id"

    account_id: UUID


class AccountChanged(DomainEvent):
    """The owner changed name, locale or time zone: profiles that copy them follow."""

    kind: ClassVar[str] = "identity.account_changed"
    key_field: ClassVar[str] = "account_id"

    account_id: UUID


class AccountSuspended(DomainEvent):
    """An account was suspended: refused from its next request on."""

    kind: ClassVar[str] = "identity.account_suspended"
    key_field: ClassVar[str] = "account_id"

    account_id: UUID


class AccountReinstated(DomainEvent):
    """A suspended account may sign in again."""

    kind: ClassVar[str] = "identity.account_reinstated"
    key_field: ClassVar[str] = "account_id"

    account_id: UUID


class MagicLinkRequested(DomainEvent):
    """Somebody wants to sign in by mail. Ids only: neither the address nor the link is in the log of events."""

    kind: ClassVar[str] = "identity.magic_link_requested"
    key_field: ClassVar[str] = "magic_link_id"

    magic_link_id: UUID


class OrganizationCreated(DomainEvent):
    """A new organization; its maker is its first admin."""

    kind: ClassVar[str] = "identity.organization_created"
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    account_id: UUID


class OrganizationChanged(DomainEvent):
    """An organization was edited; `fields` names what changed."""

    kind: ClassVar[str] = "identity.organization_changed"
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    fields: tuple[str, ...] = ()


class OrganizationMemberAdded(DomainEvent):
    """Somebody belongs to an organization from now on, as `admin` or `member`."""

    kind: ClassVar[str] = "identity.organization_member_added"
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    account_id: UUID
    role: str


class OrganizationRoleChanged(DomainEvent):
    """A member became an admin, or the other way round."""

    kind: ClassVar[str] = "identity.organization_role_changed"
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    account_id: UUID
    role: str


class OrganizationMemberRemoved(DomainEvent):
    """Somebody left an organization or was removed from it."""

    kind: ClassVar[str] = "identity.organization_member_removed"
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID
    account_id: UUID
