"""The door to trees."""

from typing import Any
from uuid import UUID

from app.core.clock import TimeFormat, time_format
from app.core.http.express import json_answer
from app.core.http.routing import Router
from app.studio.deps import StudioSession
from app.studio.trees import queries
from app.studio.trees.schemas import StudioProgramTree

router = Router()


@router.get("/programs/{program_id}/tree", response_model=StudioProgramTree)
async def get_program_tree(program_id: UUID, session: StudioSession) -> Any:
    """Read a program with its chapters, their sessions and the contents of each, in one answer."""
    tree = await queries.get_tree(session, program_id)
    if time_format.get() is not TimeFormat.rfc3339:
        # The database writes instants in one way; the schema knows the other.
        return StudioProgramTree.model_validate_json(tree)
    return json_answer(tree)
