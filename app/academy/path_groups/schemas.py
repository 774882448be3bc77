"""Groups of steps as admins write them; how they are shown is in `paths/schemas.py`."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.core.http.schema import Body, Title, absent

Choose = Annotated[int, Field(strict=True, ge=1, le=100, description="How many of its steps one does")]


class AcademyPathGroupCreate(Body):
    """A new choice, without steps so far."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Choose your field", "choose_n": 1}]})

    title: Title
    choose_n: Choose = 1


class AcademyPathGroupUpdate(Body):
    """What may change; nothing of it may be null."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Choose your field of work"}]})

    title: Title = absent()
    choose_n: Choose = absent()
