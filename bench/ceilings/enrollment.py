"""Enrolling in a free course: one statement for standing, key, seat, enrollment, two domain events and the answer.

The key is written last, with the answer beside it; were it known already, its unique index would undo the rest.
"""

import hashlib
import json
import secrets
import time
from uuid import UUID

from asyncpg import UniqueViolationError
from starlette.requests import Request
from starlette.responses import Response

from bench.ceilings.database import STANDING, lanes
from bench.ceilings.tokens import caller

_ENROLL = f"""
WITH standing AS ({STANDING}), seat AS (
    UPDATE academy.cohorts cohort
    SET current_enrollment = current_enrollment + 1, updated_at = now()
    FROM standing, academy.users learner
    WHERE cohort.id = $3 AND cohort.status = 'open' AND cohort.start_date > now()
      AND learner.id = standing.id AND (NOT cohort.is_b2b OR cohort.organization_id = learner.organization_id)
      AND current_enrollment + held < max_capacity AND waiting = 0
      AND EXISTS (SELECT FROM academy.courses course WHERE course.id = course_id
                  AND course.status = 'published' AND course.price_b2c = 0)
    RETURNING course_id, end_date
), enrollment AS (
    INSERT INTO academy.enrollments (id, user_id, cohort_id, course_id, payment_status,
        office_hours_eligible_until, materials_access_until, chatbot_access_until)
    SELECT $4, $1, $3, course_id, 'completed',
        end_date + interval '90 days', end_date + interval '365 days', end_date + interval '90 days'
    FROM seat RETURNING *
), announced AS (
    INSERT INTO core.outbox (kind, key, payload)
    SELECT told.kind, $4, told.payload FROM enrollment, LATERAL (VALUES
        (1, 'academy.enrollment_created', jsonb_build_object('enrollment_id', id, 'cohort_id', cohort_id,
            'course_id', course_id, 'account_id', user_id, 'payment_status', payment_status,
            'payment_type', payment_type)),
        (2, 'academy.enrollment_confirmed', jsonb_build_object('enrollment_id', id, 'cohort_id', cohort_id,
            'course_id', course_id, 'account_id', user_id))
    ) told (place, kind, payload) ORDER BY told.place
), answer AS (
    SELECT json_build_object(
        'enrollment', json_build_object(
            'id', id, 'created_at', created_at, 'updated_at', updated_at, 'cohort_id', cohort_id,
            'course_id', course_id, 'account_id', user_id, 'organization_id', organization_id,
            'payment_status', payment_status, 'payment_type', payment_type, 'enrollment_status', enrollment_status,
            'purchase_date', purchase_date, 'has_seat', has_seat, 'hold_expires_at', hold_expires_at,
            'checkout_url', NULL, 'intake_survey_completed', intake_survey_completed,
            'office_hours_eligible_until', office_hours_eligible_until,
            'materials_access_until', materials_access_until, 'chatbot_access_until', chatbot_access_until,
            'has_office_hours_access', office_hours_eligible_until > now(),
            'has_materials_access', materials_access_until > now(),
            'has_chatbot_access', chatbot_access_until > now(),
            'ended_at', ended_at, 'end_reason', end_reason, 'transferred_to_id', transferred_to_id),
        'checkout_url', NULL, 'expires_at', NULL)::text AS body
    FROM enrollment
)
INSERT INTO core.idempotency_keys (caller, method, route, key, body_hash, resource_id, answer_status, answer_headers,
    answer_body, expires_at)
SELECT $1::text, 'POST', $5, $6, $7, $4, 201, '{{"content-type": "application/json"}}', convert_to(body, 'UTF8'),
    now() + interval '72 hours'
FROM answer RETURNING answer_body
"""


def new_id() -> UUID:
    """A uuid7."""
    value = (time.time_ns() // 1_000_000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))


async def enroll(request: Request) -> Response:
    """`POST /api/v1/academy/cohorts/{cohort_id}/checkout` of a free course."""
    account, login = caller(request.scope["headers"])
    key = request.headers["idempotency-key"]
    body = await request.body()
    wanted = json.loads(body)
    if not (isinstance(wanted["success_url"], str) and isinstance(wanted["cancel_url"], str)):
        return Response(status_code=422)
    cohort_id, path, digest = request.path_params["cohort_id"], request.scope["path"], hashlib.sha256(body).digest()
    try:
        answer = await lanes.value(_ENROLL, account, login, cohort_id, new_id(), path, key, digest)
    except UniqueViolationError:
        answer = None
    if answer is None:
        return Response(status_code=409)
    return Response(answer, status_code=201, media_type="application/json")
