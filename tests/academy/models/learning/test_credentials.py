"""Certificates and badges: signed documents, one that counts, revoked for a reason, kept for good."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.models import Certificate, PathCertificate, PathCertificateYear, SkillBadge, SkillLevel
from app.academy.models.open_badges import OpenBadgeCredential
from app.academy.models.shapes import CourseCompleted, SkillAchieved
from app.core.clock import utc_now
from app.core.ids import new_id
from app.media.models import StoredFile
from tests.academy.models.learning.world import World
from tests.factories import learning
from tests.support.refusals import kept, refused

Build = Callable[..., Any]

KINDS: dict[str, Build] = {
    "certificates": lambda w, **more: learning.certificate(w.enrollment, **more),
    "path_certificates": lambda w, **more: learning.path_certificate(w.path_enrollment, **more),
    "skill_badges": lambda w, **more: learning.badge(w.learner, w.skill, **more),
}
REVOKED = {"revoked_at": utc_now(), "revocation_reason": "Issued by mistake"}

# As signed by somebody else's software, with everything that we write.
SIGNED = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ],
    "id": "urn:uuid:0199f0c4-9a01-7c3e-9b1d-0000000000b1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {
        "id": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd",
        "type": ["Profile"],
        "name": "AI Enablement Academy",
        "url": "https://academy.example",
    },
    "validFrom": "2026-11-01T12:00:00Z",
    "validUntil": "2027-11-01T12:00:00+01:00",
    "awardedDate": "2026-11-01T12:00:00Z",
    "name": "Prompt Engineering - practitioner",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$cebba9e53e46ef4ffa9f14dddb7cae7655a61497f368e179b70419a114e044f5",
                "identityType": "emailAddress",
                "salt": "9f2c1d",
            }
        ],
        "achievement": {
            "id": "https://academy.example/achievements/prompt-engineering-practitioner",
            "type": ["Achievement"],
            "achievementType": "Badge",
            "name": "Prompt Engineering - practitioner",
            "description": "Demonstrated practitioner proficiency in prompt engineering.",
            "criteria": {"narrative": "Scored at least 80 on the final assessment."},
            "image": {"id": "https://academy.example/badges/prompt.png", "type": "Image", "caption": "Badge"},
        },
    },
    "credentialStatus": {
        "id": "https://academy.example/status/1#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://academy.example/status/1",
    },
    "credentialSchema": [
        {
            "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
            "type": "1EdTechJsonSchemaValidator2019",
        }
    ],
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-01T12:00:05Z",
        "verificationMethod": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd#z6Mk",
        "proofPurpose": "assertionMethod",
        "proofValue": "z53QNrwWDXHfE3Snsn9m1JaPazmJtpQDoxQvTCCDdYWbeFZ2YvpXMbY4175Fq8ji2",
    },
}


@pytest.mark.req("A-TAB-57")
@pytest.mark.parametrize("kind", KINDS)
async def test_a_credential_comes_back_as_it_was_signed(session: AsyncSession, world: World, kind: str) -> None:
    session.add(made := KINDS[kind](world, badge_data=OpenBadgeCredential.model_validate(SIGNED)))
    await session.flush()
    stored = await session.scalar(text(f"SELECT badge_data::text FROM academy.{kind}"))  # noqa: S608  (a name from above)
    assert json.loads(stored or "") == SIGNED
    session.expunge_all()
    found = await session.get_one(type(made), made.id)
    assert found.badge_data.credential_subject.achievement.criteria.narrative.startswith("Scored")
    assert found.badge_data.model_dump(by_alias=True) == SIGNED


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in SIGNED.items() if name != key}


@pytest.mark.parametrize(
    "document",
    [
        *[without(key) for key in ("@context", "id", "type", "issuer", "validFrom", "credentialSubject")],
        SIGNED | {"issuanceDate": "2026-11-01T12:00:00Z"},
        SIGNED | {"validFrom": "2026-11-01"},
        SIGNED | {"validFrom": "2026-11-01T12:00:00.5Z"},
        SIGNED | {"type": ["VerifiableCredential"]},
        SIGNED | {"type": ["OpenBadgeCredential"]},
        SIGNED | {"@context": ["https://www.w3.org/ns/credentials/v2"]},
        SIGNED | {"credentialSubject": {"achievement": SIGNED["credentialSubject"]["achievement"]}},  # type: ignore[index]
        SIGNED | {"credentialSchema": []},
    ],
)
def test_what_is_no_open_badge_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OpenBadgeCredential.model_validate(document)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "document", ["[]", "{}", json.dumps(SIGNED | {"type": "OpenBadgeCredential"}), json.dumps(without("issuer"))]
)
async def test_hand_written_statements_are_held_to_the_shape(
    session: AsyncSession, world: World, kind: str, document: str
) -> None:
    session.add(KINDS[kind](world))
    await session.flush()
    statement = f"UPDATE academy.{kind} SET badge_data = CAST(:document AS jsonb)"  # noqa: S608  (a name from above)
    with pytest.raises(DBAPIError, match=f"ck_{kind}_badge_data_shape"):
        await session.execute(text(statement), {"document": document})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"status_position": -1}, "status_position"),
        ({"revoked_at": utc_now()}, "revoked_for_a_reason"),
        ({"revocation_reason": "Mistake"}, "revoked_for_a_reason"),
        (REVOKED, None),
        ({"holder_name": "Ada"}, None),
    ],
)
async def test_a_credential_is_revoked_for_a_reason(
    session: AsyncSession, world: World, kind: str, more: dict[str, Any], rule: str | None
) -> None:
    assert await refused(session, KINDS[kind](world, **more)) == (rule and f"ck_{kind}_{rule}")


@pytest.mark.parametrize("kind", KINDS)
async def test_only_what_is_revoked_was_revoked_by_somebody(session: AsyncSession, world: World, kind: str) -> None:
    by = {"revoked_by_id": world.instructor.id}
    assert await refused(session, KINDS[kind](world, **by)) == f"ck_{kind}_revoked_by"
    assert await refused(session, KINDS[kind](world, **by, **REVOKED)) is None


@pytest.mark.parametrize("kind", KINDS)
async def test_no_bit_of_a_status_list_is_given_twice(session: AsyncSession, world: World, kind: str) -> None:
    first = KINDS[kind](world, status_position=7, **REVOKED)
    assert await refused(session, first, KINDS[kind](world, status_position=7)) == f"uq_{kind}_status_position"


@pytest.mark.req("A-TAB-14", "A-TAB-27")
@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("certificates", "verification_url"),
        ("path_certificates", "public_url"),
        ("path_certificates", "certificate_number"),
        ("skill_badges", "public_url"),
    ],
)
async def test_what_identifies_a_credential_is_its_own(
    session: AsyncSession, world: World, kind: str, column: str
) -> None:
    value = {column: "PATH-2026-000001"}
    first = KINDS[kind](world, **value, **REVOKED)
    assert await refused(session, first, KINDS[kind](world, **value)) == f"uq_{kind}_{column}"


@pytest.mark.parametrize("kind", KINDS)
async def test_one_counts_and_what_was_revoked_stays(session: AsyncSession, world: World, kind: str) -> None:
    session.add(KINDS[kind](world, **REVOKED))
    await session.flush()
    assert await refused(session, KINDS[kind](world)) is None
    assert await refused(session, KINDS[kind](world)) == f"uq_{kind}_live"


@pytest.mark.parametrize(
    ("kind", "more", "constraint"),
    [
        ("certificates", {"status": "lost"}, "ck_certificates_status"),
        ("path_certificates", {"status": "lost"}, "ck_path_certificates_status"),
        ("path_certificates", {"certificate_number": "PATH-26-1"}, "ck_path_certificates_certificate_number"),
        ("path_certificates", {"expires_at": utc_now() - timedelta(days=1)}, "ck_path_certificates_expires_at"),
        ("skill_badges", {"level": "none"}, "ck_skill_badges_level"),
        ("skill_badges", {"expires_at": utc_now() - timedelta(days=1)}, "ck_skill_badges_expires_at"),
    ],
)
async def test_a_row_that_makes_no_sense_is_refused(
    session: AsyncSession, world: World, kind: str, more: dict[str, Any], constraint: str
) -> None:
    assert await refused(session, KINDS[kind](world, **more)) == constraint


@pytest.mark.req("Z-114")
async def test_a_renewal_supersedes_the_badge_it_renews_and_both_stay(session: AsyncSession, world: World) -> None:
    old = learning.badge(world.learner, world.skill, expires_at=utc_now() + timedelta(days=365))
    renewal = learning.badge(world.learner, world.skill, renews_id=old.id)
    assert await refused(session, old, renewal) == "uq_skill_badges_live"
    old.superseded_at = utc_now()
    await session.flush()
    assert await refused(session, learning.badge(world.learner, world.skill, renews_id=old.id)) is None
    twice = learning.badge(world.learner, world.skill, renews_id=old.id, superseded_at=utc_now())
    assert await refused(session, twice) == "uq_skill_badges_renews_id"
    assert await kept(session, old) == "fk_skill_badges_renews_id"


async def test_a_badge_does_not_renew_itself_and_levels_are_apart(session: AsyncSession, world: World) -> None:
    made = learning.badge(world.learner, world.skill)
    made.renews_id = made.id
    assert await refused(session, made) == "ck_skill_badges_renews"
    levels = [learning.badge(world.learner, world.skill, level=level) for level in ("foundational", "practitioner")]
    assert await refused(session, *levels) is None


async def test_numbers_of_a_year_come_one_after_the_other_up_to_six_digits(session: AsyncSession) -> None:
    take = text(
        "INSERT INTO academy.path_certificate_years (year, last_number) VALUES (2025, 1)"
        " ON CONFLICT (year) DO UPDATE SET last_number = path_certificate_years.last_number + 1 RETURNING last_number"
    )
    assert [await session.scalar(take) for _ in range(3)] == [1, 2, 3]
    full = PathCertificateYear(year=2026, last_number=1_000_000)
    assert await refused(session, full) == "ck_path_certificate_years_last_number"


async def test_a_path_certificate_lists_skills_and_courses_as_they_were(session: AsyncSession, world: World) -> None:
    skills = [SkillAchieved(skill_id=world.skill.id, level=SkillLevel.practitioner)]
    courses = [CourseCompleted(course_id=world.course.id, title="AI Fundamentals", completed_at=utc_now())]
    session.add(made := KINDS["path_certificates"](world, skills_achieved=skills, courses_completed=courses))
    await session.flush()
    session.expunge_all()
    found = await session.get_one(PathCertificate, made.id)
    assert (found.skills_achieved, found.courses_completed) == (skills, courses)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("skills_achieved", '[{"skill_id": "x"}]'),
        ("skills_achieved", '{"skill_id": "x", "level": "expert"}'),
        ("courses_completed", '[{"course_id": "x", "title": 1, "completed_at": "y"}]'),
    ],
)
async def test_its_lists_have_their_shape_for_hand_written_statements_too(
    session: AsyncSession, world: World, column: str, value: str
) -> None:
    session.add(KINDS["path_certificates"](world))
    await session.flush()
    statement = f"UPDATE academy.path_certificates SET {column} = CAST(:value AS jsonb)"  # noqa: S608  (from above)
    with pytest.raises(DBAPIError, match=f"ck_path_certificates_{column}_shape"):
        await session.execute(text(statement), {"value": value})


# Deleting


@pytest.mark.parametrize(
    ("kind", "of", "constraint"),
    [
        ("certificates", "enrollment", "fk_certificates_enrollment_id"),
        ("path_certificates", "path_enrollment", "fk_path_certificates_enrollment_id"),
    ],
)
async def test_a_credential_keeps_what_it_attests(
    session: AsyncSession, world: World, kind: str, of: str, constraint: str
) -> None:
    session.add(KINDS[kind](world))
    await session.flush()
    assert await kept(session, getattr(world, of)) == constraint


async def test_lost_files_leave_the_certificate_to_be_made_again(session: AsyncSession, world: World) -> None:
    session.add(file := StoredFile(storage_key=new_id().hex, name="c.pdf", media_type="application/pdf"))
    await session.flush()
    files: dict[str, UUID] = {"badge_image_id": file.id, "pdf_id": file.id}
    session.add(made := learning.certificate(world.enrollment, status="issued", **files))
    await session.flush()
    assert await kept(session, file) is None
    session.expunge_all()
    found = await session.get_one(Certificate, made.id)
    assert (found.badge_image_id, found.pdf_id) == (None, None)


async def test_a_badge_says_who_issued_it_if_anybody_did(session: AsyncSession, world: World) -> None:
    session.add(made := learning.badge(world.learner, world.skill, issued_by_id=world.instructor.id))
    await session.flush()
    assert (await session.get_one(SkillBadge, made.id)).issued_by_id == world.instructor.id
