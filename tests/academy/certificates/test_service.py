"""Certificates of courses: earned, once, with papers, and taken back."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.academy.models import Certificate as CertificateRow
from app.academy.models import SessionAttendance
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.core.storage import FileStore, file_store
from app.domain_events.academy import EnrollmentRefunded
from app.identity.models import Account
from app.media.models import StoredFile
from app.openbadges.baking import unbake_png
from tests.academy.conftest import enter
from tests.academy.credentials.conftest import (
    certificate_of,
    completed_cohort,
    earned,
    graduate,
)
from tests.factories import academy, learning
from tests.support.client import ApiClient, patiently
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand


@pytest.mark.req("A-CRT-01")
async def test_a_certificate_has_its_badge_its_page_and_a_link_to_share(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    enrollment = await earned(session, learner, title="Applied AI", slug="applied-ai")
    mine = await client.as_(learner)
    made = await certificate_of(mine, enrollment)
    assert made["verification_url"] == f"http://127.0.0.1:8000/verify/{made['id']}"
    assert made["linkedin_share_url"] == (
        "https://www.linkedin.com/sharing/share-offsite/?url=http%3A%2F%2F127.0.0.1%3A8000%2Fverify%2F" + made["id"]
    )
    assert made["issued_at"]
    badge = (await client.get(f"/academy/credentials/{made['id']}")).json()
    assert badge["id"] == made["verification_url"]
    assert badge["credentialSubject"]["achievement"]["name"] == "Applied AI Completion"
    assert badge["issuer"]["name"] == "AI Enablement Academy"
    assert [each.kind for each in await worker.announced()] == [
        "academy.certificate_issued",
        "academy.certificate_files_requested",
    ]


@pytest.mark.req("A-CRT-01")
async def test_what_is_not_there_gives_no_certificate_and_no_row(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    mine = await client.as_(learner)
    assert (await mine.post(f"/academy/enrollments/{new_id()}/certificate", {})).status_code == 404
    assert await session.scalar(select(func.count()).select_from(CertificateRow)) == 0


@pytest.mark.req("A-CRT-05")
async def test_a_certificate_that_is_not_earned_is_refused_with_every_reason(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    course = academy.course(required_attendance_percent=50)
    session.add(course)
    await session.flush()
    cohort = academy.cohort(course)
    test = learning.assessment(course, is_required=True, is_active=True)
    session.add_all([cohort, test, academy.class_session(course)])
    await session.flush()
    enrollment = await graduate(session, learner, cohort, payment_status="pending")
    refused = await (await client.as_(learner)).post(f"/academy/enrollments/{enrollment.id}/certificate", {})
    assert refused.status_code == 409
    assert refused.json()["code"] == "academy.certificate_not_earned"
    assert [each["code"] for each in refused.json()["errors"]] == [
        "payment_not_completed",
        "cohort_not_completed",
        "assessment_not_passed",
        "attendance_not_met",
    ]
    assert await session.scalar(select(func.count()).select_from(CertificateRow)) == 0


@pytest.mark.req("A-CRT-05")
async def test_passing_and_being_there_earn_it(client: ApiClient, session: AsyncSession, learner: Account) -> None:
    course = academy.course(required_attendance_percent=50)
    session.add(course)
    await session.flush()
    held = [academy.class_session(course, order_in_day=place) for place in (1, 2)]
    test = learning.assessment(course, is_required=True, is_active=True)
    session.add_all([*held, test, learning.assessment(course, is_required=True, is_active=False)])
    enrollment = await graduate(session, learner, await completed_cohort(session, course))
    mine = await client.as_(learner)
    path = f"/academy/enrollments/{enrollment.id}/certificate"
    assert (await mine.post(path, {})).status_code == 409
    passed = {"status": "graded", "submitted_at": func.now(), "score": Decimal(90), "passed": True}
    been = SessionAttendance(
        id=new_id(), enrollment_id=enrollment.id, session_id=held[0].id, status="attended", minutes_attended=60
    )
    session.add_all([learning.attempt(learner, test, **passed), been])
    await session.commit()
    assert (await mine.post(path, {})).status_code == 201


async def test_an_instructors_mark_stands_for_what_is_missing(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    course = academy.course()
    session.add(course)
    await session.flush()
    cohort = academy.cohort(course)
    session.add(cohort)
    await session.flush()
    enrollment = await graduate(session, learner, cohort, completed_by_id=admin.id, completed_at=func.now())
    assert await certificate_of(await client.as_(learner), enrollment)


@pytest.mark.req("A-CRT-05")
async def test_asked_for_twice_it_is_the_same_one(client: ApiClient, session: AsyncSession, learner: Account) -> None:
    enrollment = await earned(session, learner)
    mine = await client.as_(learner)
    first = await mine.post(f"/academy/enrollments/{enrollment.id}/certificate", {})
    again = await mine.post(f"/academy/enrollments/{enrollment.id}/certificate", {})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parallel
@pytest.mark.req("A-CRT-05")
async def test_asked_for_fifty_times_at_once_it_is_one(
    crowd: ApiClient, parallel: async_sessionmaker[AsyncSession]
) -> None:
    """On a database without a signing key: that is made once too."""
    async with parallel.begin() as session:
        person = await enter(session)
        enrollment = await earned(session, person)
    mine = await crowd.as_(person)
    answers = await asyncio.gather(
        *(patiently(lambda: mine.post(f"/academy/enrollments/{enrollment.id}/certificate", {})) for _ in range(50))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 49}
    assert len({answer.json()["id"] for answer in answers}) == 1
    async with parallel() as session:
        assert await session.scalar(select(func.count()).select_from(CertificateRow)) == 1
        assert await session.scalar(text("SELECT count(*) FROM academy.signing_keys")) == 1
        issued = "SELECT count(*) FROM core.outbox WHERE kind = 'academy.certificate_issued'"
        assert await session.scalar(text(issued)) == 1


@pytest.mark.parametrize(("who", "status"), [("other", 404), ("instructor", 201), ("admin", 201)])
async def test_who_may_issue_it_for_somebody_else(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, *, who: str, status: int
) -> None:
    people = {"other": await enter(session), "instructor": await enter(session), "admin": admin}
    cohort = await completed_cohort(session, instructor_id=people["instructor"].id)
    enrollment = await graduate(session, learner, cohort)
    theirs = await client.as_(people[who])
    assert (await theirs.post(f"/academy/enrollments/{enrollment.id}/certificate", {})).status_code == status


async def test_an_organizations_admin_sees_the_enrollment_and_may_not_issue(
    client: ApiClient, session: AsyncSession, manager: Account, member: Account, customer: Any
) -> None:
    cohort = await completed_cohort(session)
    enrollment = await graduate(session, member, cohort, organization_id=customer.id, payment_type="b2b")
    answer = await (await client.as_(manager)).post(f"/academy/enrollments/{enrollment.id}/certificate", {})
    assert answer.status_code == 403


async def test_nobody_else_decides_how_the_holder_is_named(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    enrollment = await earned(session, learner)
    path = f"/academy/enrollments/{enrollment.id}/certificate"
    assert (await (await client.as_(admin)).post(path, {"is_name_public": True})).status_code == 403


async def test_a_holder_may_bring_a_did_of_their_own(
    client: ApiClient, session: AsyncSession, learner: Account
) -> None:
    did = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
    made = await certificate_of(await client.as_(learner), await earned(session, learner), holder_did=did)
    assert (await client.get(f"/academy/credentials/{made['id']}")).json()["credentialSubject"]["id"] == did


@pytest.mark.parametrize("did", ["did:web:ada@example.com", "did:web:ada%40example.com", "mailto:a@b.example", "did:x"])
async def test_a_did_that_is_an_address_or_none_is_refused(
    client: ApiClient, session: AsyncSession, learner: Account, did: str
) -> None:
    enrollment = await earned(session, learner)
    answer = await (await client.as_(learner)).post(
        f"/academy/enrollments/{enrollment.id}/certificate", {"holder_did": did}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/holder_did"


# Files


async def issued(client: ApiClient, session: AsyncSession, person: Account) -> dict[str, Any]:
    return await certificate_of(await client.as_(person), await earned(session, person))


@pytest.mark.req("A-CRT-04")
async def test_the_worker_makes_picture_and_pdf_and_then_it_is_issued(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await issued(client, session, learner)
    mine = await client.as_(learner)
    assert (made["status"], made["pdf_id"], made["badge_image_id"]) == ("issuing", None, None)
    early = await mine.get(f"/academy/credentials/{made['id']}/pdf")
    assert (early.status_code, early.json()["code"]) == (409, "academy.files_not_ready")
    await worker.drain()
    done = (await mine.get(f"/academy/certificates/{made['id']}")).json()
    assert done["status"] == "issued"
    kept = {row.id: row for row in await session.scalars(select(StoredFile))}
    assert {str(row) for row in kept} == {done["pdf_id"], done["badge_image_id"]}
    assert {row.state for row in kept.values()} == {"stored"}
    picture = kept[UUID(done["badge_image_id"])]
    assert picture.account_id == learner.id
    assert made["verification_url"] in unbake_png(file_store().get(picture.storage_key))
    pdf = await mine.get(f"/academy/credentials/{made['id']}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert len(pdf.content) == kept[UUID(done["pdf_id"])].size_bytes


@pytest.mark.req("A-CRT-04")
async def test_a_disk_that_is_full_only_delays_the_files(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await issued(client, session, learner)
    mine = await client.as_(learner)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(FileStore, "put", full)
        await worker.drain(failures_expected=True)
    assert (await mine.get(f"/academy/certificates/{made['id']}")).json()["status"] == "issuing"
    await session.execute(text("UPDATE core.jobs SET run_at = now() WHERE state = 'queued'"))
    await session.commit()
    await worker.drain()
    assert (await mine.get(f"/academy/certificates/{made['id']}")).json()["status"] == "issued"


@pytest.mark.req("A-CRT-04")
async def test_files_whose_job_gave_up_are_asked_for_again(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await issued(client, session, learner)
    await session.execute(text("DELETE FROM core.outbox"))
    await session.execute(text("UPDATE academy.certificates SET created_at = now() - interval '2 hours'"))
    await session.commit()
    await worker.run_schedule("academy.ask_for_missing_files")
    mine = await client.as_(learner)
    assert (await mine.get(f"/academy/certificates/{made['id']}")).json()["status"] == "issued"


async def test_making_the_files_twice_changes_nothing(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    made = await issued(client, session, learner)
    await worker.drain()
    mine = await client.as_(learner)
    first = (await mine.get(f"/academy/certificates/{made['id']}")).json()
    await session.execute(text("UPDATE core.jobs SET state = 'queued', finished_at = NULL, run_at = now()"))
    await session.commit()
    await worker.drain()
    assert (await mine.get(f"/academy/certificates/{made['id']}")).json() == first


async def test_the_printed_form_is_for_the_holder_and_admins(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, worker: WorkerOnDemand
) -> None:
    made = await issued(client, session, learner)
    await worker.drain()
    path = f"/academy/credentials/{made['id']}/pdf"
    assert (await client.get(path)).status_code == 401
    assert (await (await client.as_(await enter(session))).get(path)).status_code == 403
    assert (await (await client.as_(admin)).get(path)).status_code == 200


# Taken back


@pytest.mark.req("A-CRT-07")
async def test_who_was_paid_back_has_no_certificate_any_more(
    client: ApiClient, session: AsyncSession, learner: Account, worker: WorkerOnDemand
) -> None:
    enrollment = await earned(session, learner)
    made = await certificate_of(await client.as_(learner), enrollment)
    emit(
        session,
        EnrollmentRefunded(
            enrollment_id=enrollment.id, payment_id=new_id(), cohort_id=enrollment.cohort_id, account_id=learner.id
        ),
    )
    await session.commit()
    await session.execute(text("DELETE FROM core.jobs"))
    await session.commit()
    await _hear(worker)
    told = (await client.get(f"/academy/credentials/{made['id']}/verification")).json()
    assert (told["status"], told["revocation_reason"]) == ("revoked", "The payment was refunded")


async def _hear(worker: WorkerOnDemand) -> None:
    """Others listen to a refund too, and this one was never paid."""
    await worker.drain(failures_expected=True)


@pytest.mark.req("A-CRT-07")
async def test_after_a_mistake_a_new_one_may_be_issued_and_the_history_stays(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account
) -> None:
    enrollment = await earned(session, learner)
    mine = await client.as_(learner)
    first = await certificate_of(mine, enrollment)
    boss = await client.as_(admin)
    path = f"/academy/credentials/{first['id']}/revocation"
    assert (await mine.post(path, {"reason": "mine"})).status_code == 403
    assert (await boss.post(path, {"reason": "Wrong cohort"})).status_code == 201
    again = await boss.post(path, {"reason": "Wrong cohort"})
    assert (again.status_code, again.json()["code"]) == (409, "academy.already_revoked")
    second = await certificate_of(mine, enrollment)
    assert second["id"] != first["id"]
    listed = (await mine.get("/academy/me/certificates")).json()["items"]
    assert {each["id"]: each["state"] for each in listed} == {first["id"]: "revoked", second["id"]: "valid"}


# Lists


async def test_lists_show_whom_they_are_for_and_cost_the_same_for_one_and_for_many(
    client: ApiClient, session: AsyncSession, learner: Account, admin: Account, *, engine: AsyncEngine
) -> None:
    instructor = await enter(session)
    cohort = await completed_cohort(session, instructor_id=instructor.id)
    other = await enter(session)
    mine = await client.as_(learner)
    await certificate_of(mine, await graduate(session, learner, cohort))
    boss = await client.as_(admin)
    with recorded(engine) as few:
        assert len((await boss.get("/academy/certificates")).json()["items"]) == 1
    await certificate_of(await client.as_(other), await graduate(session, other, cohort))
    await certificate_of(mine, await earned(session, learner))
    with recorded(engine) as many:
        assert len((await boss.get("/academy/certificates")).json()["items"]) == 3
    assert len(few) == len(many)
    assert len((await mine.get("/academy/certificates")).json()["items"]) == 2
    assert len((await (await client.as_(instructor)).get("/academy/certificates")).json()["items"]) == 2
    for wish, count in (
        (f"cohort_id={cohort.id}", 2),
        (f"account_id={learner.id}", 2),
        (f"course_id={cohort.course_id}&account_id={learner.id}", 1),
        ("state=revoked", 0),
        ("state=valid&limit=2", 2),
    ):
        assert len((await boss.get(f"/academy/certificates?{wish}")).json()["items"]) == count, wish
