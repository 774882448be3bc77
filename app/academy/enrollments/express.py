"""Selling a seat in one statement, for one buyer or for all who wait for the same cohort (hot path, rule 6).

Who asks, the idempotency key, the seat, the enrollment, the payment to be made, the events and the stored answer of
each buyer are written together or not at all. The row of a hot cohort takes one commit at a time; buyers who queue for
it in this process are joined into the next statement, so a commit sells many seats. Figures: bench/results.md.

Only the ordinary case is sold here: a cohort open to everybody with nobody waiting, a buyer who holds no seat in it
and has not used the key. Whoever is not sold to goes to the till, which knows every reason. A seat
with a price goes there as well: the till finds the key, claimed but unanswered, and opens Stripe's page for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from fastapi import Request
from pydantic import ValidationError
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    null,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from starlette.responses import Response

from app.academy.cohorts import seats
from app.academy.enrollments.deps import HELD
from app.academy.enrollments.schemas import AcademyCheckoutCreate
from app.academy.models import (
    Cohort,
    CohortStatus,
    Course,
    CourseStatus,
    Enrollment,
    EnrollmentStatus,
    Learner,
    Payment,
    PaymentState,
    PaymentStatus,
    PaymentType,
)
from app.academy.people.queries import PROFILE_COLUMNS, profiles_from
from app.core.database.documents import as_text, document, instant
from app.core.database.driver import Drivers, Statement
from app.core.errors import AppError
from app.core.http.express import json_answer
from app.core.http.idempotency import KEPT_FOR_MONEY, IdempotencyKey, idempotent_request, read_key
from app.core.http.strict_json import parse
from app.core.ids import new_id
from app.core.joined import Abandoned, Joined
from app.core.outbox.emit import request_id as emitting_request
from app.core.outbox.models import OutboxRow
from app.domain_events.academy import EnrollmentConfirmed, EnrollmentCreated
from app.identity.deps import read_claims
from app.identity.models import Account, AccountStatus, AuthSession


@dataclass(frozen=True, slots=True)
class Buyer:
    """One request for a seat: what `wanted` has a column for."""

    account_id: UUID
    auth_session_id: UUID
    enrollment_id: UUID
    payment_id: UUID
    key: str
    body_hash: bytes
    success_url: str
    cancel_url: str
    request_id: str | None


_TYPES: dict[str, Any] = {"body_hash": LargeBinary(), "key": Text(), "success_url": Text(), "cancel_url": Text()}
_TYPES |= {"request_id": Text()}
_COLUMNS = {each.name: _TYPES.get(each.name, Uuid()) for each in fields(Buyer)}

_REQUESTS = (
    func.unnest(*[bindparam(f"{name}s", type_=ARRAY(kind), required=True) for name, kind in _COLUMNS.items()])
    .table_valued(*[column(name, kind) for name, kind in _COLUMNS.items()], name="request", with_ordinality="place")
    .render_derived()
)
# One row per request, in the order in which they came. The limit is their number and cuts nothing off: it makes the
# planner think of one row, not ten, so that it keeps its plan instead of making a new one for each sale (1.4 ms).
_WANTED = select(_REQUESTS).limit(bindparam("number", type_=Integer(), required=True)).subquery("wanted")
_COHORT_ID = bindparam("cohort_id", type_=Uuid(), required=True)
_ROUTE = bindparam("route", type_=Text(), required=True)


def _text(value: str) -> ColumnElement[str]:
    return literal(value, Text())


def _days(given: timedelta) -> ColumnElement[Any]:
    return func.make_interval(0, 0, 0, given.days)


def _buyers() -> Select[Any]:
    """Those of `wanted` who may buy: signed in, active, without a seat here, with an unused key (rule 51)."""
    # Scalar subqueries and not EXISTS: those would be joined, and then by whatever index looks cheap for few buyers,
    # such as that of all enrollments of the cohort. These can only be looked up one by one, in the unique indexes.
    seat = select(Enrollment.id).where(
        Enrollment.user_id == _WANTED.c.account_id, Enrollment.cohort_id == _COHORT_ID, Enrollment.has_seat
    )
    used_key = select(IdempotencyKey.id).where(
        IdempotencyKey.caller == cast(_WANTED.c.account_id, Text),
        IdempotencyKey.method == "POST",
        IdempotencyKey.route == _ROUTE,
        IdempotencyKey.key == _WANTED.c.key,
    )
    login = and_(
        AuthSession.id == _WANTED.c.auth_session_id,
        AuthSession.account_id == _WANTED.c.account_id,
        AuthSession.revoked_at.is_(None),
        AuthSession.expires_at > func.now(),
    )
    account = and_(Account.id == _WANTED.c.account_id, Account.status == AccountStatus.active)
    return (
        select(_WANTED, Learner.id.is_(None).label("is_new"))
        .join(AuthSession, login)
        .join(Account, account)
        .outerjoin(Learner, Learner.id == _WANTED.c.account_id)
        .where(seat.scalar_subquery().is_(None), used_key.scalar_subquery().is_(None))
    )


_BUYER = _buyers().cte("buyer")
_CROWD = select(func.count().label("number")).select_from(_BUYER).subquery("crowd")

# The one condition that sells: on the cohort's own columns, checked again after waiting for its lock (rules 5, 13).
# All of them or none: the last few seats are the till's, one by one.
_SEAT = (
    update(Cohort)
    .where(
        Cohort.id == _COHORT_ID,
        Cohort.status == CohortStatus.open,
        Cohort.start_date > func.now(),
        ~Cohort.is_b2b,
        Cohort.waiting == 0,
        Cohort.held == 0,
        Cohort.current_enrollment + _CROWD.c.number <= Cohort.max_capacity,
        _CROWD.c.number > 0,
        Course.id == Cohort.course_id,
        Course.status == CourseStatus.published,
    )
    .values(current_enrollment=Cohort.current_enrollment + _CROWD.c.number)
    .returning(Cohort.id, Cohort.course_id, Cohort.end_date, Course.price_b2c, Course.currency)
    .cte("seat")
)
_IS_FREE = _SEAT.c.price_b2c == 0


def _begun() -> Insert:
    """The profiles of those who have none yet, as `ensure_learner` makes them."""
    newcomers = select(_BUYER.c.account_id).where(_BUYER.c.is_new, select(_SEAT.c.id).exists())
    profiles = profiles_from(Account.id.in_(newcomers))
    made = insert(Learner).from_select(PROFILE_COLUMNS, profiles, include_defaults=False)
    return made.on_conflict_do_nothing()


def _enrolled() -> Insert:
    row: dict[Any, Any] = {
        Enrollment.id: _BUYER.c.enrollment_id,
        Enrollment.user_id: _BUYER.c.account_id,
        Enrollment.cohort_id: _SEAT.c.id,
        Enrollment.course_id: _SEAT.c.course_id,
        Enrollment.payment_status: case((_IS_FREE, _text(PaymentStatus.completed)), else_=_text(PaymentStatus.pending)),
        Enrollment.payment_type: _text(PaymentType.b2c),
        Enrollment.hold_expires_at: case((~_IS_FREE, func.now() + seats.HOLD)),
        Enrollment.office_hours_eligible_until: _SEAT.c.end_date + _days(seats.OFFICE_HOURS),
        Enrollment.materials_access_until: _SEAT.c.end_date + _days(seats.MATERIALS),
        Enrollment.chatbot_access_until: _SEAT.c.end_date + _days(seats.CHATBOT),
    }
    rows = select(*row.values()).select_from(_BUYER.join(_SEAT, true()))
    return insert(Enrollment).from_select(list(row), rows, include_defaults=False)


_ENROLLED = _enrolled().returning(Enrollment).cte("enrolled")


def _answer() -> ColumnElement[Any]:
    """What `AcademyCheckout` shows of a seat that costs nothing."""
    shown = _ENROLLED.c

    def granted(until: str) -> ColumnElement[bool]:
        return and_(
            shown.payment_status == PaymentStatus.completed,
            shown.enrollment_status == EnrollmentStatus.active,
            shown[until] > func.now(),
        )

    windows = ("office_hours_eligible_until", "materials_access_until", "chatbot_access_until")
    enrollment = document(
        id=shown.id,
        created_at=instant(shown.created_at),
        updated_at=instant(shown.updated_at),
        cohort_id=shown.cohort_id,
        course_id=shown.course_id,
        account_id=shown.user_id,
        organization_id=shown.organization_id,
        payment_status=shown.payment_status,
        payment_type=shown.payment_type,
        enrollment_status=shown.enrollment_status,
        purchase_date=instant(shown.purchase_date),
        has_seat=shown.has_seat,
        hold_expires_at=instant(shown.hold_expires_at),
        checkout_url=null(),
        intake_survey_completed=shown.intake_survey_completed,
        **{name: instant(shown[name]) for name in windows},
        has_office_hours_access=granted("office_hours_eligible_until"),
        has_materials_access=granted("materials_access_until"),
        has_chatbot_access=granted("chatbot_access_until"),
        ended_at=instant(shown.ended_at),
        end_reason=shown.end_reason,
        transferred_to_id=shown.transferred_to_id,
    )
    return document(enrollment=enrollment, checkout_url=null(), expires_at=null())


# What was sold to whom, once: everything below reads it here.
_SOLD = (
    select(
        *_BUYER.c["place", "key", "body_hash", "payment_id", "success_url", "cancel_url", "request_id"],
        *_SEAT.c["price_b2c", "currency"],
        *_ENROLLED.c["id", "cohort_id", "course_id", "user_id", "payment_status", "payment_type", "hold_expires_at"],
        case((_IS_FREE, as_text(_answer()))).label("answer"),
    )
    .select_from(_ENROLLED.join(_BUYER, _BUYER.c.enrollment_id == _ENROLLED.c.id).join(_SEAT, true()))
    .cte("sold")
)


def _payments() -> Insert:
    row: dict[Any, Any] = {
        Payment.id: _SOLD.c.payment_id,
        Payment.enrollment_id: _SOLD.c.id,
        Payment.amount_cents: _SOLD.c.price_b2c,
        Payment.currency: _SOLD.c.currency,
        Payment.state: _text(PaymentState.created),
        Payment.success_url: _SOLD.c.success_url,
        Payment.cancel_url: _SOLD.c.cancel_url,
        Payment.expires_at: _SOLD.c.hold_expires_at,
    }
    rows = select(*row.values()).where(_SOLD.c.answer.is_(None))
    return insert(Payment).from_select(list(row), rows, include_defaults=False)


def _keys() -> Insert:
    """The key with its answer; of a seat to be paid without one, and free to be taken over by the till at once."""
    is_answered = _SOLD.c.answer.is_not(None)
    row: dict[Any, Any] = {
        IdempotencyKey.id: func.gen_random_uuid(),
        IdempotencyKey.caller: cast(_SOLD.c.user_id, Text),
        IdempotencyKey.method: _text("POST"),
        IdempotencyKey.route: _ROUTE,
        IdempotencyKey.key: _SOLD.c.key,
        IdempotencyKey.body_hash: _SOLD.c.body_hash,
        IdempotencyKey.resource_id: _SOLD.c.id,
        IdempotencyKey.lease_expires_at: case((~is_answered, func.now())),
        IdempotencyKey.answer_status: case((is_answered, 201)),
        IdempotencyKey.answer_headers: case((is_answered, cast(_text('{"content-type": "application/json"}'), JSONB))),
        IdempotencyKey.answer_body: func.convert_to(_SOLD.c.answer, "UTF8"),
        IdempotencyKey.expires_at: func.now() + KEPT_FOR_MONEY,
    }
    return insert(IdempotencyKey).from_select(list(row), select(*row.values()), include_defaults=False)


def _events() -> Insert:
    """What `announce_enrollment` says: created, and confirmed when nothing has to be paid."""
    names = {"enrollment_id": "id", "cohort_id": "cohort_id", "course_id": "course_id", "account_id": "user_id"}
    states = {name: name for name in ("payment_status", "payment_type")}

    def event(kind: str, shown: dict[str, str]) -> Select[Any]:
        payload = [part for name, source in shown.items() for part in (name, _SOLD.c[source])]
        said = func.jsonb_build_object(*payload, type_=JSONB())
        return select(_text(kind), _SOLD.c.id, said, _SOLD.c.request_id, _SOLD.c.user_id)

    columns = [OutboxRow.kind, OutboxRow.key, OutboxRow.payload, OutboxRow.request_id, OutboxRow.account_id]
    created = event(EnrollmentCreated.kind, {**names, **states})
    confirmed = event(EnrollmentConfirmed.kind, names).where(_SOLD.c.answer.is_not(None))
    return insert(OutboxRow).from_select(columns, union_all(created, confirmed), include_defaults=False)


_SELL = Statement(
    select(_SOLD.c.place, _SOLD.c.answer).add_cte(
        _begun().cte("begun"), _payments().cte("payment"), _keys().cte("key"), _events().cte("event")
    )
)


@dataclass(frozen=True, slots=True)
class Sale:
    """A seat that was sold, with the answer to send; without one while it has to be paid."""

    answer: str | None


class Line:
    """Sells the seats of each cohort to those who stand in line for it in this process."""

    def __init__(self, drivers: Drivers) -> None:
        self._drivers = drivers
        self._joined = Joined[tuple[UUID, str], Buyer, Sale | None](self._sell, alone=lambda buyer: buyer.account_id)

    async def buy(self, cohort_id: UUID, route: str, buyer: Buyer) -> Sale | None:
        """What was sold; None for nothing. Raises `Contended`."""
        try:
            return await self._joined.ask((cohort_id, route), buyer)
        except Abandoned:
            return None  # sold or not, the till finds out by the key

    async def _sell(self, place: tuple[UUID, str], buyers: Sequence[Buyer]) -> list[Sale | None]:
        cohort_id, route = place
        values = {f"{name}s": [getattr(buyer, name) for buyer in buyers] for name in _COLUMNS}
        rows = await _SELL.all(self._drivers, cohort_id=cohort_id, route=route, number=len(buyers), **values)
        sales = {row["place"]: Sale(row["answer"]) for row in rows}
        return [sales.get(number) for number in range(1, len(buyers) + 1)]


_lines: WeakKeyDictionary[Drivers, Line] = WeakKeyDictionary()


def _line(drivers: Drivers) -> Line:
    line = _lines.get(drivers)
    if line is None:
        line = _lines[drivers] = Line(drivers)
    return line


async def _buyer(request: Request) -> Buyer | None:
    """The request as a buyer; None when anything about it is for the till to judge."""
    claims = read_claims(request)
    if claims is None:
        return None
    body = await request.body()
    try:
        key = read_key(request.headers.get("Idempotency-Key"), required=True)
        wanted = AcademyCheckoutCreate.model_validate(parse(body))
    except (AppError, ValidationError):
        return None
    named = await idempotent_request(request, str(claims.account_id), str(key), KEPT_FOR_MONEY)
    return Buyer(
        account_id=claims.account_id,
        auth_session_id=claims.auth_session_id,
        enrollment_id=new_id(),
        payment_id=new_id(),
        key=named.names["key"],
        body_hash=named.names["body_hash"],
        success_url=str(wanted.success_url),
        cancel_url=str(wanted.cancel_url),
        request_id=emitting_request.get(),
    )


async def serve_checkout(request: Request) -> Response | None:
    """Sell a seat. Answers for one that costs nothing; one with a price is held, and the till goes on with it."""
    try:
        cohort_id = UUID(request.path_params["cohort_id"])
    except ValueError:
        return None
    buyer = await _buyer(request)
    if buyer is None:
        return None
    sale = await _line(request.state.drivers).buy(cohort_id, request.scope["path"], buyer)
    if sale is None:
        return None
    request.state.doorbell.ring()
    if sale.answer is None:
        request.scope[HELD] = True
        return None
    return json_answer(sale.answer, 201)
