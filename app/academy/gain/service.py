"""Verbs of learning gain: measuring it, and asking for it to be measured again."""

from uuid import UUID

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain import queries
from app.academy.gain.rules import LearnerGain, Scope, ScopeKind
from app.academy.models import LearningGain
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.database.locks import keep_writers_out, take_time, wait_for_lock
from app.core.errors import FieldError, Invalid
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import GainMeasured, GainRecomputationRequested, GainsRecomputed

LONGEST = 240
"""Seconds that one recomputation may take."""

_WRITTEN = [name for name in queries.MEASURED if name != "enrollment_id"]
_COMPARED = [name for name in _WRITTEN if name != "calculated_at"]


async def read_gain(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> LearnerGain:
    """What one learner gained, for themselves, their instructor and platform admins. Raises `NotFound`, `Forbidden`."""
    found = await queries.get_gain(session, actor, enrollment_id)
    allow(actor, Permission.GAIN_READ, found)
    return found


async def measure(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> bool:
    """Bring the row of an enrollment to what its attempts say; tells of it if anything changed, and whether it did.

    Any number of these at once do it once: each waits for the one before, and then looks for itself.
    """
    allow(actor, Permission.GAINS_RECOMPUTE)
    await wait_for_lock(session, f"academy.gain:{enrollment_id}")
    changed = await write_measured(session, actor, Scope(ScopeKind.enrollment, enrollment_id))
    if changed:
        gain = await queries.find_normalized_gain(session, enrollment_id)
        emit(session, GainMeasured(enrollment_id=enrollment_id, normalized_gain=gain))
    return changed > 0


async def request_recomputation(session: AsyncSession, actor: AcademyActor, scope: Scope) -> UUID:
    """Have the worker measure a scope again. Returns the recomputation's id. Raises `Invalid` for an unknown one."""
    allow(actor, Permission.GAINS_RECOMPUTE)
    if not await queries.is_there(session, scope):
        raise Invalid(errors=(FieldError(f"/{scope.kind}_id", "unknown", f"No such {scope.kind}"),))
    recomputation_id = new_id()
    emit(
        session,
        GainRecomputationRequested(recomputation_id=recomputation_id, scope=scope.kind, scope_id=scope.id),
    )
    return recomputation_id


async def recompute(session: AsyncSession, actor: AcademyActor, recomputation_id: UUID, scope: Scope) -> int:
    """Bring all rows of a scope to what the attempts say. Returns how many were not; once more returns 0."""
    allow(actor, Permission.GAINS_RECOMPUTE)
    await take_time(session, LONGEST)
    # A measurement of one enrollment that began before and saw less must not come after this one.
    await keep_writers_out(session, "academy.learning_gain_analytics")
    changed = await write_measured(session, actor, scope)
    emit(
        session,
        GainsRecomputed(recomputation_id=recomputation_id, scope=scope.kind, scope_id=scope.id, changed=changed),
    )
    return changed


async def write_measured(session: AsyncSession, actor: AcademyActor, scope: Scope) -> int:
    """The one statement behind both: measures the scope, writes what is new or otherwise, deletes what is no more.

    Rows that are right are not touched. Returns how many were not right. Asks for no right and takes no lock.
    """
    measured = queries.measured(scope)
    gone = delete(LearningGain).where(queries.kept_in(scope), ~queries.is_measured(measured))
    deleted = gone.returning(LearningGain.enrollment_id).cte("gone")
    write = (
        insert(LearningGain)
        .from_select(list(queries.MEASURED), queries.rows_of(measured), include_defaults=False)
        .add_cte(deleted)
    )
    kept = tuple_(*(getattr(LearningGain, name) for name in _COMPARED))
    wanted = tuple_(*(write.excluded[name] for name in _COMPARED))
    write = write.on_conflict_do_update(
        index_elements=[LearningGain.enrollment_id],
        set_={name: write.excluded[name] for name in _WRITTEN},
        where=kept.is_distinct_from(wanted),
    )
    written = write.returning(LearningGain.enrollment_id).cte("written")
    return await queries.count_changed(session, written, deleted)
