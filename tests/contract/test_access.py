"""Who gets what: every operation, asked by everybody, with a request that is right in itself (X-SEC-02).

401 is for nobody, 403 for what one may see but not do, 404 for what one may not even know; 409 and the like mean that
the right was there and the state was not. A word instead of a number is part of the problem's code. Behind an `@`
stands which target or which body is meant, where one operation means several things.

An operation that has no line here fails, and so does a line that has no operation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from httpx import Response

from app.core.ids import new_id
from tests.contract import evidence, learning, people_in_paths, skills, tracks
from tests.contract.access.studio import STUDIO
from tests.contract.operations import Operation, frozen
from tests.contract.stage import Call, Stage
from tests.contract.world import ROLES, World

ACADEMY = """
                                      anonymous learner  other instructor member   org_admin foreign admin   suspended
academy_cancel_enrollment             401       200      404   403        404      404       404     200     403
academy_cancel_enrollment@members     401       404      404   403        200      200       404     200     403
academy_create_acceptance             401       201      404   404        404      404       404     403     403
academy_create_badge                  401       403     403   201        403      403       403     201   403
academy_create_badge_renewal          401       403     404   404        404      404       404     201   403
academy_create_certificate            401       201     404   201        404      404       404     201   403
academy_create_certificate@early      401       409      404   409        404      404       404     409     403
academy_create_checkout               401       enrolled 201   201        enrolled 201       201     201     403
academy_create_cohort                 401       403      403   403        403      403       403     201     403
academy_create_course                 401       403      403   403        403      403       403     201     403
academy_create_course_waitlist_entry  401       201      201   201        201      201       201     201     403
academy_create_enrollment             401       403      403   403        enrolled 201       201     201     403
academy_create_enrollment@colleague   401       403      403   403        201      201       403     201     403
academy_create_enrollment@stranger    401       403      403   403        403      403       403     201     403
academy_create_gain_recomputation     401       403      403   403        403      403       403     202     403
academy_create_intake_survey          401       201      404   403        404      404       404     403     403
academy_create_offers                 401       403      403   403        403      403       403     200     403
academy_create_organization           401       403      403   403        403      403       403     201     403
academy_create_refund                 401       403      404   403        404      404       404     202     403
academy_create_refund@members         401       404      404   403        403      403       404     nothing 403
academy_create_revocation             401       403     403   403        403      403       403     201   403
academy_create_session                401       403      403   403        403      403       403     201     403
academy_create_timezone_backfill      401       403      403   403        403      403       403     202     403
academy_create_transfer               401       201      404   403        404      404       404     201     403
academy_create_transfer@members       401       404      404   403        201      201       404     201     403
academy_create_waitlist_entry         401       waiting  201   201        201      201       201     201     403
academy_delete_course                 401       403      403   403        403      403       403     204     403
academy_delete_session                401       403      403   403        403      403       403     204     403
academy_delete_waitlist_entry         401       204      404   404        404      404       404     403     403
academy_get_assessment_statistics     401       403      403   200        403      403       403     200     403
academy_get_badge                     401       200     404   404        404      404       404     200   403
academy_get_baked_png                 200       200     200   200        200      200       200     200   200
academy_get_baked_svg                 200       200     200   200        200      200       200     200   200
academy_get_certificate               401       200     404   200        404      404       404     200   403
academy_get_cohort                    200       200      200   200        200      200       200     200     403
academy_get_cohort_gain               401       403      403   200        403      403       403     200     403
academy_get_course                    200       200      200   200        200      200       200     200     403
academy_get_course@draft              404       404      404   404        404      404       404     200     403
academy_get_course_gain               401       403      403   200        403      403       403     200     403
academy_get_credential                200       200     200   200        200      200       200     200   200
academy_get_credential_pdf            401       200     403   403        403      403       403     200   403
academy_get_credential_token          200       200     200   200        200      200       200     200   200
academy_get_enrollment                401       200      404   200        404      404       404     200     403
academy_get_enrollment@members        401       404      404   200        200      200       404     200     403
academy_get_gain                      401       200      404   200        404      404       404     200     403
academy_get_gain@members              401       404      404   200        200      403       404     200     403
academy_get_learner                   401       200      404   404        404      404       404     200     403
academy_get_my_portfolio              401       200     200   200        200      200       200     200   403
academy_get_organization              401       404      404   404        403      200       404     200     403
academy_get_organization_gain         401       404      404   404        403      200       404     200     403
academy_get_path_certificate          401       200     404   404        404      404       404     200   403
academy_get_portfolio                 200       200     200   200        200      200       200     200   200
academy_get_portfolio@hidden          404       404     404   404        404      404       404     404   404
academy_get_profile                   401       200      200   200        200      200       200     200     403
academy_get_session                   200       200      200   200        200      200       200     200     403
academy_get_verification              200       200     200   200        200      200       200     200   200
academy_get_waitlist_entry            401       200      404   404        404      404       404     200     403
academy_hide_holder_name              401       204     403   403        403      403       403     403   403
academy_list_badges                   401       200     200   200        200      200       200     200   403
academy_list_certificates             401       200     200   200        200      200       200     200   403
academy_list_cohort_enrollments       401       200      200   200        200      200       200     200     403
academy_list_cohort_waitlist          401       403      403   200        403      403       403     200     403
academy_list_cohorts                  200       200      200   200        200      200       200     200     403
academy_list_cohorts@draft            404       404      404   404        404      404       404     200     403
academy_list_courses                  200       200      200   200        200      200       200     200     403
academy_list_learners                 401       403      403   403        403      403       403     200     403
academy_list_my_badges                401       200     200   200        200      200       200     200   403
academy_list_my_certificates          401       200     200   200        200      200       200     200   403
academy_list_my_cohorts               401       200      200   200        200      200       200     200     403
academy_list_my_enrollments           401       200      200   200        200      200       200     200     403
academy_list_my_path_certificates     401       200     200   200        200      200       200     200   403
academy_list_my_waitlist              401       200      200   200        200      200       200     200     403
academy_list_organizations            401       403      403   403        403      403       403     200     403
academy_list_path_certificates        401       403     403   403        403      403       403     200   403
academy_list_sessions                 200       200      200   200        200      200       200     200     403
academy_list_sessions@draft           404       404      404   404        404      404       404     200     403
academy_publish_course                401       404      404   404        404      404       404     200     403
academy_publish_portfolio             401       200     200   200        200      200       200     200   403
academy_show_holder_name              401       200     403   403        403      403       403     403   403
academy_unpublish_course              401       403      403   403        403      403       403     200     403
academy_unpublish_portfolio           401       204     204   204        204      204       204     204   403
academy_update_cohort                 401       403      403   403        403      403       403     200     403
academy_update_cohort_status          401       403      403   403        403      403       403     200     403
academy_update_course                 401       403      403   403        403      403       403     200     403
academy_update_learner                401       403      403   403        403      403       403     200     403
academy_update_organization           401       404      404   404        403      403       404     200     403
academy_update_profile                401       200      200   200        200      200       200     200     403
academy_update_session                401       403      403   403        403      403       403     200     403
academy_update_session_order          401       403      403   403        403      403       403     200     403
"""

IDENTITY = """
                                 anonymous learner other  instructor member org_admin foreign admin  suspended
identity_create_identity         401       google  google google     google google    google  google 403
identity_create_magic_link       202       202     202    202        202    202       202     202    202
identity_create_membership       401       404     404    404        403    201       404     404    403
identity_create_organization     401       201     201    201        201    201       201     201    403
identity_create_session          201       201     201    201        201    201       201     201    201
identity_delete_current_session  401       204     204    204        204    204       204     204    403
identity_delete_identity         401       204     404    404        404    404       404     404    403
identity_delete_membership       401       404     404    404        204    204       404     404    403
identity_delete_session          401       204     404    404        404    404       404     404    403
identity_get_account             401       200     200    200        200    200       200     200    403
identity_get_jwks                200       200     200    200        200    200       200     200    200
identity_get_me                  401       200     200    200        200    200       200     200    403
identity_get_organization        401       404     404    404        200    200       404     404    403
identity_list_identities         401       200     200    200        200    200       200     200    403
identity_list_memberships        401       404     404    404        403    200       404     404    403
identity_list_organizations      401       200     200    200        200    200       200     200    403
identity_list_sessions           401       200     200    200        200    200       200     200    403
identity_refresh_session         200       200     200    200        200    200       200     200    200
identity_update_account          401       200     200    200        200    200       200     200    403
identity_update_membership       401       404     404    404        403    200       404     404    403
identity_update_organization     401       404     404    404        403    200       404     404    403
"""

CRM = """
                              anonymous learner other instructor member org_admin foreign admin suspended
crm_approve_participation     401       404     404   404        403    200       404     404   403
crm_complete_participation    401       404     404   404        403    200       404     404   403
crm_create_enrollment         401       404     404   404        201    201       404     404   403
crm_create_event              401       404     404   404        403    201       404     404   403
crm_create_participant        401       404     404   404        403    201       404     404   403
crm_create_program            401       404     404   404        403    201       404     404   403
crm_create_program_import     401       404     404   404        403    202       404     404   403
crm_create_slug_renewal       401       404     404   404        403    202       404     404   403
crm_decline_participation     401       404     404   404        403    200       404     404   403
crm_delete_event              401       404     404   404        403    204       404     404   403
crm_delete_program            401       404     404   404        403    204       404     404   403
crm_export_participants       401       404     404   404        403    200       404     404   403
crm_export_programs           401       404     404   404        403    200       404     404   403
crm_get_event                 401       404     404   404        200    200       404     404   403
crm_get_participation         401       404     404   404        200    200       404     404   403
crm_get_program               401       404     404   404        200    200       404     404   403
crm_get_program_by_slug       401       404     404   404        200    200       404     404   403
crm_link_event                401       404     404   404        403    200       404     404   403
crm_list_attendance           401       404     404   404        403    200       404     404   403
crm_list_audit_entries        401       404     404   404        403    200       404     404   403
crm_list_events               401       404     404   404        200    200       404     404   403
crm_list_my_participations    401       200     200   200        200    200       200     200   403
crm_list_participants         401       404     404   404        403    200       404     404   403
crm_list_program_events       401       404     404   404        200    200       404     404   403
crm_list_programs             401       404     404   404        200    200       404     404   403
crm_remove_participation      401       404     404   404        403    200       404     404   403
crm_renew_program_slug        401       404     404   404        403    200       404     404   403
crm_reopen_participation      401       404     404   404        403    200       404     404   403
crm_unlink_event              401       404     404   404        403    204       404     404   403
crm_update_attendance         401       404     404   404        403    200       404     404   403
crm_update_event              401       404     404   404        403    200       404     404   403
crm_update_manual_attendance  401       404     404   404        403    200       404     404   403
crm_update_participation      401       404     404   404        403    200       404     404   403
crm_update_program            401       404     404   404        403    200       404     404   403
crm_update_program_status     401       404     404   404        403    200       404     404   403
crm_withdraw_participation    401       404     404   404        200    403       404     404   403
"""

NOTIFICATIONS = """
                                anonymous learner other instructor member org_admin foreign admin suspended
notifications_get_unread_count  401       200     200   200        200    200       200     200   403
notifications_list_notices      401       200     200   200        200    200       200     200   403
notifications_read_all_notices  401       200     200   200        200    200       200     200   403
notifications_read_notice       401       200     404   404        404    404       404     404   403
"""

WEBHOOKS = """
                               anonymous learner other instructor member org_admin foreign admin suspended
webhooks_receive_stripe_event  200       200     200   200        200    200       200     200   200
"""

HEALTH = """
                anonymous learner other instructor member org_admin foreign admin suspended
health_healthz  200       200     200   200        200    200       200     200   200
health_metrics  200       200     200   200        200    200       200     200   200
health_readyz   200       200     200   200        200    200       200     200   200
"""


@dataclass(frozen=True)
class Variant:
    """Another target (path parameter → which id of the world), or another body."""

    ids: dict[str, str] = field(default_factory=dict)
    body: Callable[[World], Any] | None = None


def _account(name: str) -> Callable[[World], Any]:
    return lambda world: {"account_id": str(world.people[name].id)}


VARIANTS = {
    "draft": Variant({"course_id": "draft_id"}),
    "early": Variant({"enrollment_id": "enrollment_id"}),
    "hidden": Variant({"account_id": "account_id"}),
    "members": Variant({"enrollment_id": "members_enrollment_id"}),
    "review": Variant(body=evidence.review),
    "stranger": Variant({"cohort_id": "later_cohort_id"}, _account("other")),
    "approve": Variant({"session_id": "reviewed_session_id"}, lambda _: {"to": "approved"}),
    "publish": Variant(
        {"session_id": "approved_session_id", "program_id": "reviewed_program_id"}, lambda _: {"to": "published"}
    ),
    "colleague": Variant({"cohort_id": "later_cohort_id"}, _account("member")),
}


def lines(table: str) -> dict[str, list[str]]:
    """Operation (and variant) → what each role is answered."""
    head, *rows = [row.split() for row in table.strip().splitlines()]
    assert tuple(head) == ROLES
    assert all(len(row) == len(ROLES) + 1 for row in rows), [row for row in rows if len(row) != len(ROLES) + 1]
    return {row[0]: row[1:] for row in rows}


TABLE = {
    name: cells
    for table in (
        *(ACADEMY, CRM, IDENTITY, NOTIFICATIONS, STUDIO, WEBHOOKS, HEALTH),
        *(learning.ACCESS, skills.ACCESS, evidence.ACCESS, tracks.ACCESS, people_in_paths.ACCESS),
    )
    for name, cells in lines(table).items()
}


def answered(response: Response, expected: str) -> str:
    """The status, or the expected word where the code has it."""
    if expected.isdigit() or response.status_code < 400:
        return str(response.status_code)
    code = str(response.json()["code"])
    return expected if expected in code else code


@pytest.mark.req("X-SEC-02")
def test_every_operation_has_its_line_and_every_line_its_operation(every_operation: list[Operation]) -> None:
    assert {name.partition("@")[0] for name in TABLE} == {op.id for op in every_operation}


@pytest.mark.req("X-SEC-02")
@pytest.mark.parametrize("name", TABLE)
async def test_everybody_gets_what_the_table_says(stage: Stage, name: str) -> None:
    operation_id, _, variant = name.partition("@")
    op = frozen()[operation_id]
    chosen = VARIANTS[variant] if variant else Variant()
    told = []
    for role, expected in zip(ROLES, TABLE[name], strict=True):
        ids = {parameter: stage.world.ids[known] for parameter, known in chosen.ids.items()}
        body = chosen.body(stage.world) if chosen.body else None
        told.append(answered(await stage.rehearse(op, role, Call(body=body, ids=dict(ids))), expected))
    assert told == TABLE[name]


@pytest.mark.req("X-SEC-02")
@pytest.mark.parametrize("name", [name for name, cells in TABLE.items() if "404" in cells and "@" not in name])
async def test_what_does_not_exist_and_what_may_not_be_known_look_the_same(stage: Stage, name: str) -> None:
    """Whoever is refused with 404 cannot tell from the answer whether there is something."""
    op = frozen()[name]
    hidden = [role for role, expected in zip(ROLES, TABLE[name], strict=True) if expected == "404"]
    for role in hidden[:2]:
        there = await stage.rehearse(op, role)
        names = [parameter["name"] for parameter in op.parameters_in("path")]
        nowhere = await stage.rehearse(op, role, Call(ids=dict.fromkeys(names, str(new_id()))))
        ours = [
            {key: value for key, value in answer.json().items() if key not in {"instance", "request_id"}}
            for answer in (there, nowhere)
        ]
        assert ours[0] == ours[1], role
