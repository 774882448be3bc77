"""JSON columns with a type: what goes in is validated, what comes out is an object with attributes (A-TAB-57)."""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Shape = TypeVar("Shape")


class Shaped(TypeDecorator[Shape], Generic[Shape]):
    """JSONB that holds a `Shape`: a pydantic model, or a list or mapping of them.

        badge_data: Mapped[Badge] = mapped_column(Shaped(Badge))
        outcomes: Mapped[list[Outcome]] = mapped_column(Shaped(list[Outcome]))

    A changed column is a new value: objects are not watched for changes inside. What does not fit raises
    pydantic's `ValidationError`, on the way in as the `orig` of SQLAlchemy's `StatementError`; the CHECK of `checks.py`
    says the same to hand-written SQL.
    """

    impl = JSONB
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__(none_as_null=True)
        self.shape = shape
        self._adapter: TypeAdapter[Shape] | None = None

    @property
    def adapter(self) -> TypeAdapter[Shape]:
        """Made at the first use: a hundred of them at import would be a tenth of a second."""
        if self._adapter is None:
            self._adapter = TypeAdapter(self.shape)
        return self._adapter

    def process_bind_param(self, value: Shape | None, dialect: Dialect) -> Any:  # noqa: ARG002  (SQLAlchemy passes it)
        """To JSON; None stays the database's null."""
        if value is None:
            return None
        return self.adapter.dump_python(self.adapter.validate_python(value), mode="json", by_alias=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Shape | None:  # noqa: ARG002  (as above)
        """From JSON."""
        return None if value is None else self.adapter.validate_python(value)
