"""What the database's errors mean to a caller (rule 41): a refusal where one is due, nothing where it is our bug.

A lost connection is an outage (503), a value that no column takes is bad input (422), a broken constraint is the
refusal that the feature registered for it, or a plain 409. Messages of the driver quote data, so none is passed on.
"""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from app.core.constraints import refusal_of
from app.core.errors import AppError, Forbidden, Invalid, Stale, Unavailable

# Serialization failure, deadlock, lock timeout: the same request may well succeed in a moment (rule 9).
TRANSIENT = frozenset({"40001", "40P01", "55P03"})

# Connection trouble, out of resources, operator's intervention, a primary that became a standby.
_OUTAGES = ("08", "53", "57", "25006", "25P03", "25P04")


def sqlstate_of(error: BaseException) -> str | None:
    """PostgreSQL's five-letter code, from SQLAlchemy's wrapper or from the driver itself."""
    source = error.driver_exception if isinstance(error, DBAPIError) else error
    state = getattr(source, "sqlstate", None)
    return state if isinstance(state, str) else None


def refusal_for(error: BaseException) -> AppError | None:
    """How this error is answered; None when it is not the database's or nothing that a caller should know of."""
    if isinstance(error, PoolTimeout):
        return Unavailable("All database connections are busy.", retry_after=1)
    if isinstance(error, StaleDataError):
        return Stale()  # another edit came in between reading a version and writing the next
    if isinstance(error, OSError):
        return Unavailable("The database cannot be reached.") if _from_driver(error) else None
    state = sqlstate_of(error)
    if state is None:
        # Without a code: the connection broke under the statement, which the driver reports in its own words.
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return Unavailable("The database connection was lost.") if lost else None
    return _by_state(state, error)


def _by_state(state: str, error: BaseException) -> AppError | None:
    if state in TRANSIENT:
        return Unavailable("Others were changing the same rows. Try again.", retry_after=1)
    if state.startswith(_OUTAGES):
        return Unavailable("The database does not answer in time.")
    if state.startswith("22"):
        return Invalid("A value lies outside what can be stored.")
    if state.startswith("23") and isinstance(error, IntegrityError):
        return refusal_of(error)
    if state == "42501":
        return Forbidden()
    return None


def _from_driver(error: OSError) -> bool:
    """Whether the error came up through the database driver: a missing file elsewhere is a bug, not an outage."""
    trace = error.__traceback__
    while trace is not None:
        if str(trace.tb_frame.f_globals.get("__name__", "")).startswith(("asyncpg", "sqlalchemy")):
            return True
        trace = trace.tb_next
    return False
