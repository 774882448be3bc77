"""Verbs on clients, members and staff. All of them are the staff's."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import slugs
from app.core.database.patch import patch
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events import studio as events
from app.identity.accounts.service import Person, enter_account
from app.identity.actor import Actor
from app.studio.clients import queries
from app.studio.clients.errors import LastStaff
from app.studio.clients.schemas import (
    StudioClientCreate,
    StudioClientUpdate,
    StudioMemberCreate,
    StudioMemberUpdate,
    StudioStaffMemberCreate,
)
from app.studio.models import Client, ClientMember, StaffMember
from app.studio.permissions import Permission, StudioActor, allow


async def create_client(session: AsyncSession, actor: StudioActor, data: StudioClientCreate) -> Client:
    """Take a client in. Any number may bear one name: each gets a slug of its own (S-SLG-01)."""
    allow(actor, Permission.CLIENT_WRITE)
    values = data.model_dump() | {"id": new_id(), "created_by": _account(actor)}
    client_id = await _insert(session, values)
    emit(session, events.ClientCreated(client_id=client_id))
    return await queries.get_client(session, client_id)


async def _insert(session: AsyncSession, values: dict[str, object]) -> UUID:
    """Insert under the first slug that is free. The unique key decides, so a race costs a round and never a row."""
    for slug in slugs.candidates(str(values["name"]), "client"):
        made = insert(Client).values(values | {"slug": slug}).on_conflict_do_nothing(index_elements=[Client.slug])
        client_id: UUID | None = await session.scalar(made.returning(Client.id))
        if client_id is not None:
            return client_id
    raise AssertionError("the candidates never end")


async def update_client(
    session: AsyncSession, actor: StudioActor, client: Client, data: StudioClientUpdate, if_match: str | None = None
) -> Client:
    """Change the fields that were sent. Raises `Stale`."""
    allow(actor, Permission.CLIENT_WRITE, client)
    client = await queries.lock_client(session, client.id)
    require_match(client, if_match)
    if changed := patch(client, data):
        emit(session, events.ClientChanged(client_id=client.id, fields=tuple(sorted(changed))))
    return await queries.get_client(session, client.id)


async def delete_client(session: AsyncSession, actor: StudioActor, client: Client, if_match: str | None = None) -> None:
    """Delete a client with everything that was written for it. Raises `Stale`."""
    allow(actor, Permission.CLIENT_WRITE, client)
    client = await queries.lock_client(session, client.id)
    require_match(client, if_match)
    await session.execute(delete(Client).where(Client.id == client.id))
    emit(session, events.ClientDeleted(client_id=client.id))


async def add_member(
    session: AsyncSession, actor: StudioActor, client: Client, data: StudioMemberCreate
) -> ClientMember:
    """Let somebody work for a client. The answer is the same whether the address had an account before.

    A second time is refused with `AlreadyMember`.
    """
    allow(actor, Permission.MEMBERS_MANAGE, client)
    account_id = await _account_of(session, data)
    member = ClientMember(client_id=client.id, account_id=account_id, role=data.role, added_by=_account(actor))
    session.add(member)
    await session.flush()  # a second membership is refused here, before anything is announced
    emit(session, events.ClientMemberAdded(client_id=client.id, account_id=account_id, role=data.role))
    return await queries.get_member(session, client.id, account_id)


async def change_role(
    session: AsyncSession, actor: StudioActor, client: Client, account_id: UUID, data: StudioMemberUpdate
) -> ClientMember:
    """Make an author a reviewer or the other way round."""
    allow(actor, Permission.MEMBERS_MANAGE, client)
    member = await queries.get_member(session, client.id, account_id, lock=True)
    if patch(member, data):
        emit(session, events.ClientMemberChanged(client_id=client.id, account_id=account_id, role=data.role))
    return await queries.get_member(session, client.id, account_id)


async def remove_member(session: AsyncSession, actor: StudioActor, client: Client, account_id: UUID) -> None:
    """Let somebody work for a client no more: from their next statement on they see nothing of it."""
    allow(actor, Permission.MEMBERS_MANAGE, client)
    member = await queries.get_member(session, client.id, account_id, lock=True)
    await session.delete(member)
    emit(session, events.ClientMemberRemoved(client_id=client.id, account_id=account_id))


async def add_staff(session: AsyncSession, actor: StudioActor, data: StudioStaffMemberCreate) -> StaffMember:
    """Let somebody see every client. A second time is refused with `AlreadyStaff`."""
    allow(actor, Permission.STAFF_MANAGE)
    account_id = await _account_of(session, data)
    session.add(StaffMember(account_id=account_id, added_by=_account(actor)))
    await session.flush()  # a second time is refused here, before anything is announced
    emit(session, events.StaffAdded(account_id=account_id))
    return await queries.get_staff_member(session, account_id)


async def ensure_staff(session: AsyncSession, actor: StudioActor, account_id: UUID) -> None:
    """Put an account on the staff, or leave it there: the operator's way to the first one."""
    allow(actor, Permission.STAFF_MANAGE)
    made = insert(StaffMember).values(account_id=account_id).on_conflict_do_nothing()
    if await session.scalar(made.returning(StaffMember.account_id)):
        emit(session, events.StaffAdded(account_id=account_id))


async def remove_staff(session: AsyncSession, actor: StudioActor, account_id: UUID) -> None:
    """Take somebody off the staff. Raises `LastStaff`; of two who remove each other one stays."""
    allow(actor, Permission.STAFF_MANAGE)
    everybody = await queries.lock_staff(session)
    member = await queries.get_staff_member(session, account_id)
    if len(everybody) == 1:
        raise LastStaff
    await session.delete(member)
    emit(session, events.StaffRemoved(account_id=account_id))


async def _account_of(session: AsyncSession, data: StudioMemberCreate | StudioStaffMemberCreate) -> UUID:
    person = Person(data.email, data.name or data.email.partition("@")[0])
    account, _ = await enter_account(session, Actor.system(), person)
    return account.id


def _account(actor: StudioActor) -> UUID | None:
    return None if actor.is_system else actor.account_id
