"""Verbs on programs: make, import, edit, move, re-slug, archive."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import slugs
from app.core.constraints import constraint_of
from app.core.database.patch import patch
from app.core.errors import FieldError
from app.core.http.etags import require_match
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.crm.audit.service import announce, changes_of
from app.crm.models import Program, ProgramSlug, ProgramStatus
from app.crm.permissions import CrmActor, Permission, allow
from app.crm.programs import queries, rules
from app.crm.programs.errors import ProgramArchived, ProgramDatesReversed, ProgramTransitionRefused
from app.crm.programs.schemas import NO_CRITERIA, CrmProgramCreate, CrmProgramUpdate
from app.domain_events import crm as events
from app.identity.models import Organization

_SLUG_TAKEN = "uq_programs_organization_id_slug"


async def create_program(
    session: AsyncSession, actor: CrmActor, organization: Organization, data: CrmProgramCreate
) -> Program:
    """Make a program in planning. Any number may bear one name: each gets a slug of its own (P-PRG-07)."""
    allow(actor, Permission.PROGRAM_CREATE, organization)
    program_id = await _insert(session, _values(actor, organization, data), data.name)
    _tell_created(session, actor, organization, program_id, data)
    return await queries.get_program(session, actor, program_id)


async def import_programs(
    session: AsyncSession, actor: CrmActor, organization: Organization, wanted: Sequence[CrmProgramCreate]
) -> list[Program]:
    """Make many programs in one statement, under provisional slugs; the worker gives each the slug of its name."""
    allow(actor, Permission.PROGRAM_CREATE, organization)
    rows = [_values(actor, organization, data) for data in wanted]
    for row in rows:
        row["slug"] = f"import-{row['id']}"
    made = await session.scalars(insert(Program).values(rows).returning(Program))
    by_id = {program.id: program for program in made}
    for row, data in zip(rows, wanted, strict=True):
        _tell_created(session, actor, organization, row["id"], data)
        emit(session, events.ProgramSlugRequested(program_id=row["id"], organization_id=organization.id))
    return [by_id[row["id"]] for row in rows]


def _values(actor: CrmActor, organization: Organization, data: CrmProgramCreate) -> dict[str, Any]:
    criteria = data.completion_criteria
    return {
        **data.model_dump(exclude={"completion_criteria"}),
        **(criteria.columns if criteria else NO_CRITERIA),
        "id": new_id(),
        "organization_id": organization.id,
        "status": ProgramStatus.planning,
        "created_by": None if actor.is_system else actor.account_id,
    }


async def _insert(session: AsyncSession, values: dict[str, Any], name: str) -> UUID:
    """Insert under the first slug that is free. The unique key decides, so a race costs a round and never a row."""
    for slug in slugs.candidates(name, rules.FALLBACK):
        made = insert(Program).values(values | {"slug": slug})
        made = made.on_conflict_do_nothing(index_elements=[Program.organization_id, Program.slug])
        program_id: UUID | None = await session.scalar(made.returning(Program.id))
        if program_id is not None:
            return program_id
    raise AssertionError("the candidates never end")


def _tell_created(
    session: AsyncSession, actor: CrmActor, organization: Organization, program_id: UUID, data: CrmProgramCreate
) -> None:
    told = {"name": data.name, "type": data.type, "max_participants": data.max_participants}
    created = events.ProgramCreated(program_id=program_id, organization_id=organization.id)
    announce(session, actor, created, organization.id, told)


async def update_program(
    session: AsyncSession, actor: CrmActor, program: Program, data: CrmProgramUpdate, if_match: str | None = None
) -> Program:
    """Change the fields that were sent. Raises `Stale`, `ProgramArchived` and `ProgramDatesReversed`.

    Places may be taken away below the number of those who are enrolled: they stay, and nobody comes after them.
    """
    allow(actor, Permission.PROGRAM_EDIT, program)
    program = await queries.lock_program(session, program.id)
    require_match(program, if_match)
    if program.status == ProgramStatus.archived:
        raise ProgramArchived
    before = {name: getattr(program, name) for name in data.model_fields_set}
    changed = set(patch(program, data, leave={"completion_criteria"}))
    if "completion_criteria" in data.model_fields_set:
        _set_criteria(program, data)
        if program.completion_criteria != before["completion_criteria"]:
            program.version += 0 if changed else 1
            changed.add("completion_criteria")
    if program.start_date and program.end_date and program.end_date < program.start_date:
        raise ProgramDatesReversed(errors=(FieldError("/end_date", "dates_reversed", ProgramDatesReversed.title),))
    if changed:
        told = events.ProgramChanged(
            program_id=program.id, organization_id=program.organization_id, fields=tuple(sorted(changed))
        )
        announce(session, actor, told, program.organization_id, changes_of(program, before, changed))
    return await queries.get_program(session, actor, program.id)


def _set_criteria(program: Program, data: CrmProgramUpdate) -> None:
    columns = data.completion_criteria.columns if data.completion_criteria else NO_CRITERIA
    for name, value in columns.items():
        setattr(program, name, value)


async def move_program(session: AsyncSession, actor: CrmActor, program: Program, after: ProgramStatus) -> Program:
    """Move a program along. Where it is already, nothing changes. Raises `ProgramTransitionRefused`."""
    allow(actor, Permission.PROGRAM_EDIT, program)
    program = await queries.lock_program(session, program.id)
    if program.status != after:
        if not rules.may_move(program.status, after):
            raise ProgramTransitionRefused(f"A program that is {program.status} cannot become {after}")
        _move(session, actor, program, after)
    return await queries.get_program(session, actor, program.id)


async def archive_program(
    session: AsyncSession, actor: CrmActor, program: Program, if_match: str | None = None
) -> None:
    """Take a program out of the lists; its people and their history stay (P-PRG-09). Twice changes nothing."""
    allow(actor, Permission.PROGRAM_EDIT, program)
    program = await queries.lock_program(session, program.id)
    require_match(program, if_match)
    if program.status != ProgramStatus.archived:
        _move(session, actor, program, ProgramStatus.archived)


def _move(session: AsyncSession, actor: CrmActor, program: Program, after: ProgramStatus) -> None:
    before, program.status = program.status, after
    program.version += 1
    of_program = {"program_id": program.id, "organization_id": program.organization_id}
    moved = {"status": {"before": before, "after": after}}
    if after is ProgramStatus.archived:
        announce(session, actor, events.ProgramArchived(**of_program), program.organization_id, moved)
    else:
        told = events.ProgramStatusChanged(**of_program, before=before, after=after)
        announce(session, actor, told, program.organization_id, moved)


# Slugs


async def renew_slug(session: AsyncSession, actor: CrmActor, program_id: UUID) -> Program:
    """Give a program the slug of its name; the former one leads to it (Z-21, Z-22).

    One that was made from this name stays, so twice changes nothing.
    """
    program = await queries.get_program(session, actor, program_id)
    allow(actor, Permission.PROGRAM_EDIT, program)
    program = await queries.lock_program(session, program_id)
    if not rules.fits(program.slug, program.name):
        before = program.slug
        program.version += 1
        after = await _rename(session, program)
        await _lead_on(session, program, before, after)
        told = events.ProgramSlugChanged(
            program_id=program.id, organization_id=program.organization_id, before=before, after=after
        )
        announce(session, actor, told, program.organization_id, {"slug": {"before": before, "after": after}})
    return await queries.get_program(session, actor, program_id)


async def _rename(session: AsyncSession, program: Program) -> str:
    """Take the first slug that is free. One that another takes meanwhile costs a savepoint, and never the rest."""
    for slug in slugs.candidates(program.name, rules.FALLBACK):
        named = update(Program).where(Program.id == program.id).values(slug=slug)
        try:
            async with session.begin_nested():
                await session.execute(named.execution_options(synchronize_session=False))
        except IntegrityError as error:
            if constraint_of(error) != _SLUG_TAKEN:
                raise
        else:
            return slug
    raise AssertionError("the candidates never end")


async def _lead_on(session: AsyncSession, program: Program, before: str, after: str) -> None:
    """Remember the former slug; one that the program takes back is none of its former ones any more."""
    former = insert(ProgramSlug).values(organization_id=program.organization_id, slug=before, program_id=program.id)
    await session.execute(
        former.on_conflict_do_update(
            index_elements=[ProgramSlug.organization_id, ProgramSlug.slug],
            set_={"program_id": former.excluded.program_id},
        )
    )
    await session.execute(
        delete(ProgramSlug)
        .where(ProgramSlug.program_id == program.id, ProgramSlug.slug == after)
        .execution_options(synchronize_session=False)
    )


async def request_slugs(session: AsyncSession, actor: CrmActor, organization: Organization) -> int:
    """Have the worker renew the slug of every program that was renamed; returns how many there are."""
    allow(actor, Permission.PROGRAM_CREATE, organization)
    misnamed = await queries.list_misnamed(session, organization.id)
    for program_id in misnamed:
        emit(session, events.ProgramSlugRequested(program_id=program_id, organization_id=organization.id))
    return len(misnamed)
