"""The catalogue: a page of twenty courses with their next cohorts, and one course. JSON is built where the rows are."""

import base64
import hashlib
import hmac
import json
import os
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bench.ceilings.database import STANDING, lanes
from bench.ceilings.tokens import caller

_SIGNING_KEY = bytes.fromhex(os.environ["BENCH_CURSOR_KEY"])

_SEEN = f"""
WITH standing AS ({STANDING}), learner AS (
    SELECT standing.id, academy.users.role, academy.users.organization_id
    FROM standing LEFT JOIN academy.users ON academy.users.id = standing.id
)
"""

_COURSE = """
    json_build_object('id', course.id, 'created_at', course.created_at, 'updated_at', course.updated_at,
        'title', course.title, 'slug', course.slug, 'description', course.description,
        'session_type', course.session_type, 'price_b2c', course.price_b2c, 'price_b2b', course.price_b2b,
        'currency', course.currency, 'max_participants', course.max_participants,
        'impact_level', course.impact_level, 'capability_level', course.capability_level,
        'status', course.status, 'next_cohort', (
            SELECT json_build_object('id', cohort.id, 'name', cohort.name, 'start_date', cohort.start_date,
                'seats_available', cohort.max_capacity - cohort.current_enrollment - cohort.held)
            FROM academy.cohorts cohort
            WHERE cohort.course_id = course.id AND cohort.status = 'open' AND cohort.start_date > now()
              AND cohort.current_enrollment + cohort.held < cohort.max_capacity
              AND (NOT cohort.is_b2b OR cohort.organization_id = learner.organization_id)
            ORDER BY cohort.start_date, cohort.id LIMIT 1))
"""

_LIST = f"""
{_SEEN}, page AS (
    SELECT * FROM academy.courses WHERE status = 'published' ORDER BY created_at DESC, id DESC LIMIT $3 + 1
), shown AS (SELECT * FROM page ORDER BY created_at DESC, id DESC LIMIT $3)
SELECT ARRAY[
    (SELECT string_agg({_COURSE}::text, ',' ORDER BY course.created_at DESC, course.id DESC)
     FROM shown course, learner),
    (SELECT to_json(created_at)::text || ',' || to_json(id)::text FROM shown
     WHERE (SELECT count(*) FROM page) > $3 ORDER BY created_at, id LIMIT 1)
]
FROM learner
"""

_ONE = f"""
{_SEEN}
SELECT ARRAY[{_COURSE}::text, course.version::text]
FROM academy.courses course, learner
WHERE course.id = $3 AND (course.status = 'published' OR course.status = 'archived' AND EXISTS (
    SELECT FROM academy.cohorts taken JOIN academy.enrollments mine ON mine.cohort_id = taken.id
    WHERE taken.course_id = course.id AND mine.user_id = learner.id AND mine.enrollment_status = 'active'))
"""


def _written(moment: str) -> str:
    """The database leaves out zeros at the end of a second's fraction."""
    return datetime.fromisoformat(moment).isoformat().replace("+00:00", "Z")


def _cursor(after: str) -> str:
    """The signed place after the page's last row, as the product writes it."""
    moment, row_id = json.loads(f"[{after}]")
    payload = json.dumps(["created_at", True, _written(moment), row_id], separators=(",", ":")).encode()
    signature = hmac.digest(_SIGNING_KEY, payload, hashlib.sha256)[:12]
    return base64.urlsafe_b64encode(signature + payload).rstrip(b"=").decode()


async def list_courses(request: Request) -> Response:
    """`GET /api/v1/academy/courses?limit=…`: the newest published courses."""
    account, login = caller(request.scope["headers"])
    found = await lanes.value(_LIST, account, login, int(request.query_params["limit"]))
    if found is None:
        return Response(status_code=401)
    items, after = found
    cursor = "null" if after is None else f'"{_cursor(after)}"'
    return Response(f'{{"items":[{items or ""}],"next_cursor":{cursor}}}', media_type="application/json")


async def get_course(request: Request) -> Response:
    """`GET /api/v1/academy/courses/{course_id}`."""
    account, login = caller(request.scope["headers"])
    found = await lanes.value(_ONE, account, login, request.path_params["course_id"])
    if found is None:
        return Response(status_code=404)
    body, version = found
    return Response(body, media_type="application/json", headers={"ETag": f'"{version}"'})
