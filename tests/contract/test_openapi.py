"""The OpenAPI document is what partners build on: complete, honest, frozen, and fit for a browser.

Each test walks over all operations and lists what is wrong, so that one run tells everything there is to mend.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from app.core.http.openapi import TAGS
from app.local.contract import differences, render
from tests.contract.operations import FROZEN, JSON, Operation, frozen, named
from tests.contract.stage import Call, Stage
from tests.contract.test_access import TABLE
from tests.contract.world import ROLES
from tests.support.client import ApiClient

# Open to everybody, each with its reason. A bearer token changes nothing here.
PUBLIC = {
    "identity_get_jwks": "anybody checks our tokens with it",
    "identity_create_magic_link": "this is how one becomes somebody",
    "identity_create_session": "this is how one becomes somebody",
    "identity_refresh_session": "the refresh token in the body is the credential",
    "studio_get_schema": "whoever writes content for us may validate it",
    "academy_get_credential": "whoever is shown a credential verifies it",
    "academy_get_verification": "whoever is shown a credential verifies it",
    "academy_get_credential_token": "whoever is shown a credential verifies it",
    "academy_get_baked_png": "whoever is shown a credential verifies it",
    "academy_get_baked_svg": "whoever is shown a credential verifies it",
    "academy_get_portfolio": "its learner has agreed",
    "academy_list_skills": "what can be learned here is no secret, and the same for everybody",
    "academy_get_skill": "what can be learned here is no secret, and the same for everybody",
    "academy_get_skill_by_slug": "what can be learned here is no secret, and the same for everybody",
    "academy_list_competencies": "what can be learned here is no secret, and the same for everybody",
    "academy_get_competency": "what can be learned here is no secret, and the same for everybody",
    "health_healthz": "probes carry no credential",
    "health_readyz": "probes carry no credential",
    "health_metrics": "scrapers reach it inside; the proxy keeps it from the outside",
}
# Open, and telling more to somebody who is signed in.
PUBLIC_OR_BEARER = {
    "academy_list_courses",
    "academy_get_course",
    "academy_get_session",
    "academy_list_sessions",
    "academy_list_cohorts",
    "academy_get_cohort",
    "academy_get_course_outcomes",
    "academy_list_course_skills",
    "academy_get_course_skill",
    "academy_list_paths",
    "academy_get_path",
    "academy_get_path_by_slug",
}
# The sender proves itself by a signature over the body.
SIGNED = {"webhooks_receive_stripe_event": "stripeSignature"}

# The ⚿ of the API: these move seats or money, and may not be repeated by accident.
KEY_REQUIRED = {
    "academy_create_checkout",
    "academy_create_enrollment",
    "academy_create_waitlist_entry",
    "academy_create_course_waitlist_entry",
    "academy_create_acceptance",
    "academy_create_refund",
    "academy_create_path_checkout",
    "academy_create_path_enrollment",
    "academy_create_path_refund",
    "academy_create_path_step_enrollment",
}
# POSTs without an Idempotency-Key, each with the reason why repeating it harms nobody.
KEYLESS = {
    "identity_create_magic_link": "the caller is nobody, so keys could not be told apart; links are limited by address",
    "identity_create_session": "the proof in the body can be used once",
    "identity_refresh_session": "the refresh token can be used once; its grace period answers an honest repetition",
    "identity_create_identity": "the code in the body can be used once",
    "webhooks_receive_stripe_event": "the event's own id makes it one",
    "academy_cancel_enrollment": "ends what exists; a second time is refused",
    "academy_create_offers": "offers the seats that are free; a second time there are none",
    "crm_approve_participation": "moves what exists; a second time is refused",
    "crm_complete_participation": "moves what exists; a second time is refused",
    "crm_decline_participation": "ends what exists; a second time is refused",
    "crm_remove_participation": "ends what exists; a second time is refused",
    "crm_reopen_participation": "moves what exists; a second time is refused",
    "crm_withdraw_participation": "ends what exists; a second time is refused",
    "studio_renumber_program": "a second time every number is right already",
}

# What an update may set to null. Everything else of an update may be left out, never null.
NULLABLE: dict[str, set[str]] = {
    "AcademyAssessmentUpdate": {"description", "time_limit", "max_attempts", "questions_per_attempt"},
    "AcademyClassSessionUpdate": set(),
    "AcademyCohortStatusUpdate": set(),
    "AcademyCohortUpdate": {"zoom_link", "instructor_id"},
    "AcademyCommunityPreferencesUpdate": set(),
    "AcademyCompetencyUpdate": {"level"},
    "AcademyCourseSkillUpdate": set(),
    "AcademyCourseUpdate": set(),
    "AcademyLearnerUpdate": {"organization_id"},
    "AcademyLessonCompetencyUpdate": set(),
    "AcademyLessonUpdate": {"slides_url", "worksheet_id"},
    "AcademyNotificationPreferencesUpdate": set(),
    "AcademyOrganizationUpdate": set(),
    "AcademyQuestionUpdate": {"question_image_id", "explanation", "scale_labels", "sample_answer", "rubric"},
    "AcademyPathGroupUpdate": set(),
    "AcademyPathOfferUpdate": {"stripe_price_id"},
    "AcademyPathStepUpdate": {
        *("step_group_id", "unlock_after_step_id", "unlock_after_days", "recommended_timeframe", "notes"),
    },
    "AcademyPathUpdate": {"target_role", "bundle_price", "thumbnail_id", "icon_url", "color"},
    "AcademyProfileUpdate": {"company", "title", "linkedin_url", "phone_number", "timezone"},
    "AcademySkillUpdate": {"parent_skill_id", "icon_url", "badge_valid_days"},
    "CrmAttendanceUpdate": set(),
    "CrmEventUpdate": {"description", "location"},
    "CrmManualAttendanceUpdate": {"manual_attendance_count", "attendance_notes"},
    "CrmParticipationUpdate": {"admin_notes"},
    "CrmProgramStatusUpdate": set(),
    "CrmProgramUpdate": {"description", "start_date", "end_date", "max_participants", "completion_criteria"},
    "IdentityAccountUpdate": {"locale", "timezone"},
    "IdentityMembershipUpdate": set(),
    "IdentityOrganizationUpdate": set(),
    "StudioArticleUpdate": {"sources"},
    "StudioChapterOrderUpdate": set(),
    "StudioChapterUpdate": {"subtitle", "description"},
    "StudioClientUpdate": {"industry", "contact_email", "notes"},
    "StudioCommentUpdate": set(),
    "StudioContentSessionUpdate": {"hook", "description", "wiifm", "learning_objectives"},
    "StudioExerciseUpdate": {"scenario", "learning_anchor", "success_criteria", "evaluation"},
    "StudioMemberUpdate": set(),
    "StudioProgramUpdate": {"description"},
    "StudioQuizUpdate": {"metadata"},
    "StudioSessionOrderUpdate": set(),
    "StudioVideoUpdate": set(),
    "WebhooksEndpointUpdate": {"description"},
}

# Where a body names another account, and which right that takes (A-AUT-08). Everywhere else the token says who acts.
ACTS_FOR = {
    "academy_create_badge": {"account_id"},
    "academy_create_evidence": {"account_id"},
    "academy_create_sign_off": {"account_id"},
    "academy_create_path_enrollment": {"account_id"},
    "academy_create_enrollment": {"account_id"},
    "crm_create_participant": {"account_id"},
}
WHO = re.compile(r"(user|author|account|learner|member|person|actor|owner|created_by|updated_by)(_id)?$")


def refers_to(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def problem_of(schema: dict[str, Any]) -> set[str]:
    """What a problem document is made of: 412 is one with the current version in it."""
    return {refers_to(part) for part in schema.get("allOf", [schema])}


def component_schemas(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document["components"]["schemas"]
    return found


# The frozen file ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("D-06")
def test_the_frozen_contract_is_what_the_code_says(document: dict[str, Any]) -> None:
    known, current = FROZEN.read_text(encoding="utf-8"), render(document)
    if known != current:
        pytest.fail(
            "The public contract has changed. If that is meant, run `make openapi`, look at the difference and commit"
            f" openapi/openapi.json with the change:\n{differences(known, current)}"
        )


@pytest.mark.req("D-06")
async def test_the_service_serves_the_frozen_contract(client: ApiClient) -> None:
    served = await client.get("root:/openapi.json")
    assert render(served.json()) == FROZEN.read_text(encoding="utf-8")


# Every operation ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("D-06")
def test_every_operation_is_named_by_its_domain_and_function(every_operation: list[Operation]) -> None:
    wrong = [op.id for op in every_operation if not re.fullmatch(rf"{op.domain}_[a-z][a-z0-9_]*", op.id)]
    assert wrong == []


@pytest.mark.req("D-06")
def test_operation_ids_are_unique(every_operation: list[Operation]) -> None:
    assert [name for name, count in Counter(op.id for op in every_operation).items() if count > 1] == []


@pytest.mark.req("D-06")
def test_every_operation_has_one_known_tag_a_summary_and_a_description(every_operation: list[Operation]) -> None:
    wrong = [
        op.id
        for op in every_operation
        if len(op.raw["tags"]) != 1
        or op.domain not in TAGS
        or not op.raw.get("summary")
        or not op.raw.get("description")
    ]
    assert wrong == []


def test_every_parameter_says_what_it_is_for(every_operation: list[Operation]) -> None:
    wrong = [
        f"{op.id}: {each['name']}" for op in every_operation for each in op.parameters if not each.get("description")
    ]
    assert wrong == []


@pytest.mark.req("D-06")
def test_every_body_and_every_answer_has_an_example(every_operation: list[Operation]) -> None:
    wrong = [op.id for op in every_operation if op.body is not None and not op.body_examples]
    for op in every_operation:
        for status, media_type, content in op.answers:
            if media_type.endswith("json") and not op.examples(content):
                wrong.append(f"{op.id} {status}")
    assert wrong == []


@pytest.mark.req("D-06")
def test_every_example_is_valid(document: dict[str, Any], every_operation: list[Operation]) -> None:
    registry = Registry[Any]().with_resource("urn:openapi", DRAFT202012.create_resource(document))
    wrong = []
    for op, content in [(each, content) for each in every_operation for content in _contents(each)]:
        schema = _absolute(content["schema"])
        judge = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        wrong += [f"{op.id}: {error.message}" for each in op.examples(content) for error in judge.iter_errors(each)]
    assert wrong == []


def _contents(op: Operation) -> Iterator[dict[str, Any]]:
    if op.body is not None:
        yield op.body
    yield from (content for _, media_type, content in op.answers if media_type.endswith("json"))


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: f"urn:openapi{value}" if key == "$ref" else _absolute(value) for key, value in node.items()}
    return [_absolute(child) for child in node] if isinstance(node, list) else node


@pytest.mark.req("D-06")
def test_every_operation_declares_its_refusals_as_problem_documents(every_operation: list[Operation]) -> None:
    wrong = []
    for op in every_operation:
        expected = {"400"} | ({"401", "403"} if op.needs_bearer else set()) | ({"404"} if "{" in op.path else set())
        expected |= {"413", "415", "422"} if op.body else set()
        expected |= {"429", "503"} if op.path.startswith("/api/") else set()
        if missing := expected - set(op.raw["responses"]):
            wrong.append(f"{op.id} does not declare {sorted(missing)}")
        wrong += [
            f"{op.id} {status} is {media_type}"
            for status, media_type, content in op.answers
            if status >= "400"
            and (media_type != "application/problem+json" or "Problem" not in problem_of(content["schema"]))
            and op.id != "health_readyz"
        ]
    assert wrong == []


@pytest.mark.req("D-06")
def test_every_operation_names_its_credential_unless_it_is_public_for_a_reason(
    every_operation: list[Operation],
) -> None:
    wrong = []
    for op in every_operation:
        expected: list[dict[str, list[str]]] = [{"bearer": []}]
        if op.id in PUBLIC:
            expected = []
        elif op.id in PUBLIC_OR_BEARER:
            expected = [{}, {"bearer": []}]
        elif op.id in SIGNED:
            expected = [{SIGNED[op.id]: []}]
        if op.security != expected:
            wrong.append(f"{op.id}: {op.security}")
    assert wrong == []


# Names and shapes ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_component_is_named_by_a_path_or_by_brackets(document: dict[str, Any]) -> None:
    wrong = [name for name in component_schemas(document) if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)]
    assert wrong == []


def test_every_component_carries_its_domain(document: dict[str, Any]) -> None:
    of_the_house = {"Alive", "Check", "Ready", "Problem", "ProblemField"}
    words = tuple(tag.title() for tag in TAGS)
    wrong = [name for name in component_schemas(document) if name not in of_the_house and not name.startswith(words)]
    assert wrong == []


def test_answers_have_no_defaults_and_require_all_their_fields(
    document: dict[str, Any], every_operation: list[Operation]
) -> None:
    schemas = component_schemas(document)
    found = {
        refers_to(content["schema"]) for op in every_operation for status, _, content in op.answers if status < "300"
    }
    seen: set[str] = set()
    wrong = []
    while found - seen:
        for name in found - seen - {""}:
            schema = schemas[name]
            for field, inner in schema.get("properties", {}).items():
                if "default" in inner or field not in schema.get("required", ()):
                    wrong.append(f"{name}.{field}")
            found |= set(re.findall(r"#/components/schemas/(\w+)", str(schema)))
            seen.add(name)
        seen.add("")
    assert wrong == []


@pytest.mark.req("X-API-02")
def test_every_list_has_one_shape_and_one_way_to_page(every_operation: list[Operation]) -> None:
    wrong = []
    for op in every_operation:
        content = op.raw["responses"].get("200", {}).get("content", {}).get(JSON)
        if op.method != "GET" or content is None:
            continue
        schema = op.follow(content["schema"])
        paged = set(schema.get("properties", {})) == {"items", "next_cursor"}
        listed = op.id.split("_")[1] == "list"
        if schema.get("type") == "array" or paged != listed:
            wrong.append(f"{op.id} answers {refers_to(content['schema']) or schema.get('type')}")
        if paged:
            limit: dict[str, Any] = next((each["schema"] for each in op.parameters if each["name"] == "limit"), {})
            if (limit.get("default"), limit.get("maximum"), limit.get("minimum")) != (50, 200, 1):
                wrong.append(f"{op.id}: limit {limit}")
            if not any(each["name"] == "cursor" for each in op.parameters):
                wrong.append(f"{op.id} has no cursor")
    assert wrong == []


@pytest.mark.req("X-API-06")
def test_everything_lies_below_the_version_but_what_the_world_expects_elsewhere(
    every_operation: list[Operation],
) -> None:
    elsewhere = {op.path for op in every_operation if not op.path.startswith("/api/v1/")}
    assert elsewhere == {"/.well-known/jwks.json", "/healthz", "/readyz", "/metrics"}


def test_paths_are_plural_kebab_case_below_their_domain(every_operation: list[Operation]) -> None:
    wrong = [
        op.path
        for op in every_operation
        if op.path.startswith("/api/")
        and not re.fullmatch(
            rf"/api/v1/{op.domain}(/([a-z][a-z0-9-]*|\{{([a-z_]+_id|slug|type|version|name)\}}))*", op.path
        )
    ]
    assert wrong == []


# Writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("X-API-03")
def test_every_post_takes_an_idempotency_key_unless_repeating_it_is_harmless(every_operation: list[Operation]) -> None:
    wrong = []
    for op in every_operation:
        if op.method == "POST":
            key = next((each for each in op.parameters_in("header") if each["name"] == "Idempotency-Key"), None)
            if (key is None) != (op.id in KEYLESS) or bool(key and key["required"]) != (op.id in KEY_REQUIRED):
                wrong.append(f"{op.id}: {'no key' if key is None else 'required' if key['required'] else 'optional'}")
    assert wrong == []


@pytest.mark.req("X-API-04")
def test_what_can_be_edited_by_two_takes_if_match(every_operation: list[Operation]) -> None:
    # A membership has one value to edit, its role: the later word counts, as with any single switch.
    one_value = {"identity_update_membership", "studio_update_member"}
    wrong = [
        op.id
        for op in every_operation
        if op.method == "PATCH"
        and op.id not in one_value
        and (not any(each["name"] == "If-Match" for each in op.parameters) or "412" not in op.raw["responses"])
    ]
    assert wrong == []


@pytest.mark.req("X-API-04")
@pytest.mark.parametrize("name", named(lambda op: op.method == "PATCH", lambda op: "412" in op.raw["responses"]))
async def test_what_can_be_edited_shows_its_version_and_refuses_an_older_one(stage: Stage, name: str) -> None:
    change = frozen()[name]
    shown = next(op for op in frozen().values() if op.path == change.path and op.method == "GET")
    # Of those who may see it, somebody who may change it.
    role = next(role for role, cell in zip(ROLES, TABLE[name], strict=True) if cell == "200")
    seen = await stage.rehearse(shown, role)
    assert seen.headers["etag"]
    assert "ETag" in shown.raw["responses"]["200"]["headers"]
    accepted = await stage.rehearse(change, role, Call(headers={"If-Match": seen.headers["etag"]}))
    assert accepted.status_code == 200
    assert accepted.headers["etag"] != seen.headers["etag"]
    refused = await stage.rehearse(change, role, Call(headers={"If-Match": '"0"'}))
    assert (refused.status_code, refused.json()["code"]) == (412, "core.stale")
    # Live editing: whoever comes too late gets what they should have known.
    assert (refused.json()["current"], refused.headers["etag"]) == (seen.json(), seen.headers["etag"])


def test_bodies_refuse_unknown_fields(every_operation: list[Operation]) -> None:
    wrong = [
        f"{op.id}: {schema.get('title')}"
        for op in every_operation
        for schema in op.body_schemas
        if op.id not in SIGNED and (schema.get("type") != "object" or schema.get("additionalProperties") is not False)
    ]
    assert wrong == []


def test_every_text_list_and_number_of_a_body_has_bounds(every_operation: list[Operation]) -> None:
    wrong = []
    for op in every_operation:
        if op.id in SIGNED:
            continue
        for schema in op.body_schemas:
            wrong += [
                f"{schema['title']}.{field}"
                for field in schema.get("properties", {})
                if not _bounded(op, schema, field)
            ]
    assert wrong == []


def _bounded(op: Operation, schema: dict[str, Any], field: str) -> bool:
    for branch in op.branches(schema["properties"][field]):
        match branch.get("type"):
            case "string":
                known = {"enum", "const", "maxLength"} & set(branch) or branch.get("format") in {
                    "uuid",
                    "date-time",
                    "date",
                }
                if not known and not re.search(r"\{\d+(,\d+)?\}\$$", branch.get("pattern", "")):
                    return False
            case "integer" | "number":
                if "enum" not in branch and not {"maximum", "minimum"} <= set(branch):
                    return False
            case "array":
                if "maxItems" not in branch:
                    return False
            case "object":
                if "maxProperties" not in branch and "properties" not in branch:
                    return False
    return True


def test_the_table_says_which_fields_of_an_update_may_be_null(
    document: dict[str, Any], every_operation: list[Operation]
) -> None:
    schemas = component_schemas(document)
    nullable = {
        name: {field for field, inner in schema["properties"].items() if {"type": "null"} in inner.get("anyOf", ())}
        for name, schema in schemas.items()
        if name.endswith("Update")
    }
    assert nullable == {name: fields for name, fields in NULLABLE.items() if name in schemas}
    patched = {refers_to(op.body["schema"]) for op in every_operation if op.method == "PATCH" and op.body}
    assert patched <= set(nullable), "what a PATCH takes is called …Update"


def test_nothing_of_an_update_is_required_or_filled_in(every_operation: list[Operation]) -> None:
    # A membership's update is its one value.
    wrong = [
        f"{schema['title']}: {schema['required']}"
        for op in every_operation
        if op.method == "PATCH" and op.id not in {"identity_update_membership", "studio_update_member"}
        for schema in op.body_schemas
        if schema.get("required")
    ]
    assert wrong == []


@pytest.mark.req("A-AUT-08")
def test_who_acts_is_never_a_field(every_operation: list[Operation]) -> None:
    wrong = []
    for op in every_operation:
        names = {field for schema in op.body_schemas for field in schema.get("properties", {})}
        names |= {each["name"] for each in op.parameters_in("query")} if op.writes else set()
        if found := {name for name in names if WHO.search(name)} - ACTS_FOR.get(op.id, set()):
            wrong.append(f"{op.id}: {sorted(found)}")
    assert wrong == []


# From a browser ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("D-07")
async def test_a_front_end_on_another_origin_may_ask_before_it_writes(client: ApiClient) -> None:
    response = await client.request(
        "OPTIONS",
        "/academy/courses",
        headers={
            "Origin": "https://learn.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,if-match",
        },
    )
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
    assert "POST" in response.headers["access-control-allow-methods"]
    allowed = response.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "idempotency-key", "if-match"))
    # Tokens travel in a header of the front end's own, so cookies are never asked for.
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.req("D-07")
@pytest.mark.parametrize(("path", "status"), [("/academy/courses", 200), ("/identity/me", 401), ("/nowhere", 404)])
async def test_a_front_end_may_read_every_answer_refusals_too(client: ApiClient, path: str, status: int) -> None:
    response = await client.get(path, headers={"Origin": "https://learn.example.com"})
    assert response.status_code == status
    assert response.headers["access-control-allow-origin"] == "*"
    exposed = response.headers["access-control-expose-headers"].lower()
    assert all(name in exposed for name in ("etag", "retry-after", "ratelimit", "x-request-id"))


@pytest.mark.req("D-07")
def test_lists_of_heavy_resources_have_a_sparse_form(document: dict[str, Any]) -> None:
    """What a list of cohorts shows is a selection of the cohort's own fields."""
    schemas = component_schemas(document)
    whole, sparse = (set(schemas[name]["properties"]) for name in ("AcademyCohort", "AcademyCohortSummary"))
    assert sparse < whole
