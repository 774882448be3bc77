"""The door to bundles: whoever works for the client takes its programs out and brings programs in."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from app.core.http.etags import etag_of
from app.core.http.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.slugs import slug_of
from app.identity.deps import Idempotent
from app.studio.bundles import queries, rules, service
from app.studio.bundles.errors import ProgramNotPortable
from app.studio.bundles.markdown import zipped
from app.studio.bundles.schemas import EXAMPLE, SCHEMA_NAME, SCHEMA_VERSION, BundleFormat, StudioProgramBundle
from app.studio.clients.deps import ClientPath
from app.studio.deps import CurrentStudioActor, StudioSession
from app.studio.models import Program
from app.studio.programs.errors import ProgramTooLong
from app.studio.programs.schemas import StudioProgram
from app.studio.trees.queries import get_tree

router = Router()

_FILES = {
    BundleFormat.json: ("application/json", "json", rules.written),
    BundleFormat.markdown: ("application/zip", "zip", zipped),
}
_EXPORTED: dict[str, Any] = {
    "description": "The file, as an attachment.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "description": "The document that `/imports` takes, with nothing left out.",
                "required": list(StudioProgramBundle.model_fields),
                "properties": {
                    "schema_name": {"type": "string", "const": SCHEMA_NAME},
                    "schema_version": {"type": "integer", "const": SCHEMA_VERSION},
                    "program": {"type": "object"},
                },
                "additionalProperties": False,
            },
            "example": EXAMPLE,
        },
        "application/zip": {"schema": {"type": "string", "format": "binary"}},
    },
}


@router.get(
    "/programs/{program_id}/export",
    response_class=Response,
    responses={200: _EXPORTED, **refusals(ProgramNotPortable)},
)
async def export_program(
    program_id: UUID,
    session: StudioSession,
    form: Annotated[BundleFormat, Query(alias="format", description="One document, or files to read")] = (
        BundleFormat.json
    ),
) -> Response:
    """Take a program out: its knowledge, chapters, sessions and contents, without ids, times and statuses.

    `json` is one document, which `/imports` makes the same program from. `markdown` is a zip archive with a readable
    file for each content of each session, and the same document as `program.json`. The bytes depend on nothing but
    what was written.
    """
    tree = await get_tree(session, program_id)
    knowledge = await queries.get_knowledge(session, program_id)
    media_type, ending, write = _FILES[form]
    # A program may be a book: the loop is left to others meanwhile.
    bundle = await asyncio.to_thread(rules.bundle_of, tree, knowledge)
    content = await asyncio.to_thread(write, bundle)
    headers = {
        "Content-Disposition": f'attachment; filename="{slug_of(bundle.program.name, "program")}.{ending}"',
        "Cache-Control": "no-store",
    }
    return Response(content, headers=headers, media_type=media_type)


@router.post(
    "/clients/{client_id}/imports",
    status_code=201,
    response_model=StudioProgram,
    responses=refusals(IdempotencyInFlight, IdempotencyKeyReused, ProgramTooLong),
)
async def import_program(
    body: StudioProgramBundle,
    client: ClientPath,
    actor: CurrentStudioActor,
    *,
    key: Idempotent,
    session: StudioSession,
    response: Response,
) -> Program:
    """Make a new program of a document that was taken out, here or elsewhere.

    It gets a slug of its own, and everything in it is a draft. All of the document is taken, or nothing. Taken out
    again it is the same document, byte for byte. At most 8 MB.
    """
    program = await service.import_program(session, actor, client, body)
    response.headers["ETag"] = etag_of(program)
    return program
