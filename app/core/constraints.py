"""Which refusal a broken constraint stands for. Features fill this from their `errors.py`:

    refuse_constraint("uq_academy_courses_slug", SlugTaken)

The names come from the naming convention of the metadata, so they are stable. What is not listed is a plain 409.
"""

from sqlalchemy.exc import IntegrityError

from app.core.errors import AppError, Conflict

_refusals: dict[str, type[AppError]] = {}


def refuse_constraint(name: str, error: type[AppError]) -> None:
    """From now on a violation of constraint `name` is answered with `error`. Raises ValueError for a second meaning."""
    known = _refusals.setdefault(name, error)
    if known is not error:
        raise ValueError(f"constraint {name} is already refused with {known.__name__}")


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that was violated, when the server told it (NOT NULL has none)."""
    name = getattr(error.driver_exception, "constraint_name", None)
    return name if isinstance(name, str) else None


def refusal_of(error: IntegrityError) -> AppError:
    """The refusal registered for the violated constraint, else `core.conflict`."""
    return _refusals.get(constraint_of(error) or "", Conflict)()
