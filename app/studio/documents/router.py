"""The public door to the schemas of documents."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import JSONResponse

from app.core.http.access import public
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.studio.documents import rules
from app.studio.documents.errors import UnknownSchema
from app.studio.documents.schemas import StudioSchemaName

router = Router()

MEDIA_TYPE = "application/schema+json"
_NAMES = ", ".join(f"`{name.value}`" for name in StudioSchemaName)
_SERVED = {
    "description": "A JSON Schema",
    "content": {
        MEDIA_TYPE: {"schema": {"type": "object"}, "example": rules.published(StudioSchemaName.quiz_metadata)},
    },
}


class SchemaResponse(JSONResponse):
    """A schema, which changes with a release at most."""

    media_type = MEDIA_TYPE


@router.get(
    "/schemas/{name}",
    response_class=SchemaResponse,
    responses={200: _SERVED, **refusals(UnknownSchema)},
    openapi_extra=public(),
)
async def get_schema(
    name: Annotated[str, Path(max_length=50, description=f"One of {_NAMES}.")],
) -> SchemaResponse:
    """Read the JSON Schema (draft 2020-12) that a document of a quiz, an exercise or an article has to fit.

    Validate with any library: the verdict is the API's own, and so is the place of an error in the document.
    """
    try:
        schema = rules.published(StudioSchemaName(name))
    except ValueError:
        raise UnknownSchema from None
    return SchemaResponse(schema, headers={"Cache-Control": "public, max-age=3600"})
