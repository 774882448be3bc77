"""The door to clients: members read their own, staff do the rest."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Stale
from app.core.http.etags import IfMatch, IfNoneMatch, tag
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.pages import InvalidCursor, Page, PageQuery, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.identity.deps import Idempotent
from app.studio.clients import queries, service
from app.studio.clients.deps import ClientPath
from app.studio.clients.errors import AlreadyMember, AlreadyStaff, LastStaff
from app.studio.clients.schemas import (
    StudioClient,
    StudioClientCreate,
    StudioClientFilter,
    StudioClientUpdate,
    StudioMember,
    StudioMemberCreate,
    StudioMemberUpdate,
    StudioStaffMember,
    StudioStaffMemberCreate,
)
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import Client, ClientMember, StaffMember
from app.studio.permissions import Permission, allow

router = Router()


@router.get("/clients", response_model=Page[StudioClient], responses=refusals(InvalidCursor))
async def list_clients(wanted: Annotated[StudioClientFilter, Query()], session: StudioSession) -> Rows[Client]:
    """List the clients that the caller works for, by name; for staff all of them."""
    return await queries.list_clients(session, wanted)


@router.post(
    "/clients",
    status_code=201,
    response_model=StudioClient,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_client(
    body: StudioClientCreate,
    actor: CurrentStudioActor,
    *,
    key: Idempotent,
    session: StudioSession,
    request: Request,
    response: Response,
) -> Client:
    """Take a client in. Staff do."""
    client = await service.create_client(session, actor, body)
    tag(response, request, client)
    return client


@router.get("/clients/{client_id}", response_model=StudioClient)
async def get_client(
    client: ClientPath, request: Request, response: Response, if_none_match: IfNoneMatch = None
) -> Client:
    """Read a client that the caller works for."""
    tag(response, request, client)
    return client


@router.patch("/clients/{client_id}", response_model=StudioClient, responses=refusals(Stale))
async def update_client(
    body: StudioClientUpdate,
    client: ClientPath,
    actor: CurrentStudioActor,
    *,
    session: StudioSession,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> Client:
    """Change a client. Staff do."""
    changed = await service.update_client(session, actor, client, body, if_match)
    tag(response, request, changed)
    return changed


@router.delete("/clients/{client_id}", status_code=204, responses=refusals(Stale))
async def delete_client(
    client: ClientPath, actor: CurrentStudioActor, session: StudioSession, if_match: IfMatch = None
) -> None:
    """Delete a client with its knowledge, its programs and everything in them. Staff do."""
    await service.delete_client(session, actor, client, if_match)


@router.get("/clients/{client_id}/members", response_model=Page[StudioMember], responses=refusals(InvalidCursor))
async def list_members(
    client: ClientPath, query: Annotated[PageQuery, Query()], session: StudioSession
) -> Rows[ClientMember]:
    """List who works for a client, in the order they came."""
    return await queries.list_members(session, client, query)


@router.post(
    "/clients/{client_id}/members",
    status_code=201,
    response_model=StudioMember,
    responses=refusals(AlreadyMember, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_member(
    body: StudioMemberCreate, client: ClientPath, actor: CurrentStudioActor, session: StudioSession, key: Idempotent
) -> ClientMember:
    """Let somebody work for a client, by address: they see everything of it from now on. Staff do."""
    return await service.add_member(session, actor, client, body)


@router.patch("/clients/{client_id}/members/{account_id}", response_model=StudioMember)
async def update_member(
    body: StudioMemberUpdate, client: ClientPath, account_id: UUID, actor: CurrentStudioActor, session: StudioSession
) -> ClientMember:
    """Change the role of somebody who works for a client. Staff do."""
    return await service.change_role(session, actor, client, account_id, body)


@router.delete("/clients/{client_id}/members/{account_id}", status_code=204)
async def delete_member(
    client: ClientPath, account_id: UUID, actor: CurrentStudioActor, session: StudioSession
) -> None:
    """Let somebody work for a client no more: they see nothing of it from now on. Staff do."""
    await service.remove_member(session, actor, client, account_id)


@router.get("/staff", response_model=Page[StudioStaffMember], responses=refusals(InvalidCursor))
async def list_staff(
    query: Annotated[PageQuery, Query()], actor: CurrentStudioActor, session: StudioSession
) -> Rows[StaffMember]:
    """List who works for the platform and sees every client. Staff do."""
    allow(actor, Permission.STAFF_MANAGE)
    return await queries.list_staff(session, query)


@router.post(
    "/staff",
    status_code=201,
    response_model=StudioStaffMember,
    responses=refusals(AlreadyStaff, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_staff_member(
    body: StudioStaffMemberCreate, actor: CurrentStudioActor, session: StudioSession, key: Idempotent
) -> StaffMember:
    """Let somebody see every client, by address. Staff do."""
    return await service.add_staff(session, actor, body)


@router.delete("/staff/{account_id}", status_code=204, responses=refusals(LastStaff))
async def delete_staff_member(account_id: UUID, actor: CurrentStudioActor, session: StudioSession) -> None:
    """Take somebody off the staff. Staff do; the last one stays."""
    await service.remove_staff(session, actor, account_id)
