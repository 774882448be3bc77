"""Reads of clients and people. Which rows there are for the caller is decided by row-level security, not here."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.core.errors import NotFound
from app.core.http.pages import PageQuery, Rows, SortBy, paginate
from app.core.http.sorting import sort_by
from app.studio.clients.schemas import StudioClientFilter
from app.studio.models import Client, ClientMember, StaffMember

Entity = TypeVar("Entity")

_SORTS = {"name": Client.name, "created_at": Client.created_at}


async def get_client(session: AsyncSession, client_id: UUID) -> Client:
    """A client as it is now. Raises `NotFound` for one that the caller does not work for."""
    return _found(await session.scalar(_current(select(Client).where(Client.id == client_id))))


async def lock_client(session: AsyncSession, client_id: UUID) -> Client:
    """A client that nobody else edits until the end of the transaction. Only staff can; raises `NotFound`."""
    wanted = select(Client).where(Client.id == client_id).with_for_update(key_share=True)
    return _found(await session.scalar(_current(wanted)))


async def list_clients(session: AsyncSession, wanted: StudioClientFilter) -> Rows[Client]:
    """The clients that the caller works for; for staff all of them."""
    clients = select(Client)
    if wanted.q is not None:
        clients = clients.where(Client.name.icontains(wanted.q, autoescape=True))
    return await paginate(session, clients, wanted, sort_by(wanted.sort, _SORTS))


async def get_member(session: AsyncSession, client_id: UUID, account_id: UUID, *, lock: bool = False) -> ClientMember:
    """Somebody who works for a client. Raises `NotFound`."""
    wanted = _members(client_id).where(ClientMember.account_id == account_id)
    if lock:
        wanted = wanted.with_for_update(of=ClientMember)
    return _found(await session.scalar(_current(wanted)))


async def list_members(session: AsyncSession, client: Client, query: PageQuery) -> Rows[ClientMember]:
    """Who works for a client, in the order they came."""
    return await paginate(session, _members(client.id), query, SortBy("created_at", ClientMember.created_at))


async def get_staff_member(session: AsyncSession, account_id: UUID) -> StaffMember:
    """Somebody on the staff. Raises `NotFound`."""
    return _found(await session.scalar(_current(_staff().where(StaffMember.account_id == account_id))))


async def lock_staff(session: AsyncSession) -> Sequence[UUID]:
    """The accounts of the whole staff, which nobody else leaves until the end of the transaction."""
    wanted = select(StaffMember.account_id).order_by(StaffMember.account_id).with_for_update()
    return (await session.scalars(wanted)).all()


async def list_staff(session: AsyncSession, query: PageQuery) -> Rows[StaffMember]:
    """The staff, in the order they came."""
    return await paginate(session, _staff(), query, SortBy("created_at", StaffMember.created_at))


def _members(client_id: UUID) -> Select[ClientMember]:
    return select(ClientMember).options(joinedload(ClientMember.account)).where(ClientMember.client_id == client_id)


def _staff() -> Select[StaffMember]:
    return select(StaffMember).options(joinedload(StaffMember.account))


def _current(wanted: Select[Entity]) -> Select[Entity]:
    return wanted.execution_options(populate_existing=True)


def _found(row: Entity | None) -> Entity:
    if row is None:
        raise NotFound
    return row
