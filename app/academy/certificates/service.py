"""Issuing certificates, and making their files."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import typesetting
from app.academy.certificates import queries, rules
from app.academy.certificates.errors import CertificateNotEarned, PathNotCompleted
from app.academy.certificates.rules import Paper
from app.academy.certificates.schemas import AcademyCertificateCreate
from app.academy.credentials import queries as credential_queries
from app.academy.credentials import rules as credential_rules
from app.academy.credentials import service as credentials
from app.academy.credentials.rules import CredentialKind
from app.academy.enrollments import queries as enrollments
from app.academy.models import (
    Certificate,
    CertificateStatus,
    PathCertificate,
    PathCertificateYear,
    PathEnrollment,
    PathEnrollmentStatus,
)
from app.academy.models.open_badges import OpenBadgeCredential
from app.academy.permissions import AcademyActor, Permission, allow
from app.core.errors import FieldError, Forbidden
from app.core.ids import new_id
from app.core.outbox.emit import emit
from app.domain_events.academy import CertificateFilesRequested, CertificateIssued, PathCertificateIssued
from app.media.files import service as files
from app.media.models import StoredFile


async def issue_certificate(
    session: AsyncSession, actor: AcademyActor, enrollment_id: UUID, data: AcademyCertificateCreate
) -> tuple[Certificate, bool]:
    """The certificate of an enrollment, and whether it is new: asked for twice, or fifty times at once, it is one.

    Raises `CertificateNotEarned` with every reason, `NotFound`, `Forbidden`.
    """
    if not actor.is_system:
        await enrollments.get_enrollment(session, actor, enrollment_id)
    found = await queries.lock_candidate(session, enrollment_id)
    if not actor.is_system:
        allow(actor, Permission.CERTIFICATE_ISSUE, found)
    if actor.account_id != found.account_id and (data.is_name_public or data.holder_did):
        raise Forbidden("Only the holder decides how a certificate names them")
    live = await queries.find_live(session, enrollment_id)
    if live is not None:
        return live, False
    reasons = rules.reasons_against(await queries.standing_of(session, found))
    if reasons:
        pointer = "/path/enrollment_id"
        raise CertificateNotEarned(errors=tuple(FieldError(pointer, each, rules.SENTENCES[each]) for each in reasons))
    made = await _signed(session, actor, found, data)
    session.add(made)
    told = {"certificate_id": made.id, "enrollment_id": enrollment_id, "course_id": made.course_id}
    emit(session, CertificateIssued(**told, account_id=made.user_id))
    emit(session, CertificateFilesRequested(certificate_id=made.id))
    await session.flush()  # read back with what the database adds
    return await queries.get_certificate(session, AcademyActor.system(), made.id), True


async def _signed(
    session: AsyncSession, actor: AcademyActor, found: queries.Candidate, data: AcademyCertificateCreate
) -> Certificate:
    course, cohort, learner = found.course, found.cohort, found.learner
    made, issued_at = new_id(), await credential_queries.now(session)
    achievement = rules.course_achievement(cohort.id, course.title, course.slug, cohort.end_date)
    draft = rules.draft_of(
        CredentialKind.certificate,
        made,
        achievement,
        title=course.title,
        email=learner.email,
        issued_at=issued_at,
        did=data.holder_did,
    )
    badge, position = await credentials.sign(session, actor, draft)
    return Certificate(
        id=made,
        enrollment_id=found.enrollment.id,
        user_id=learner.id,
        course_id=course.id,
        cohort_id=cohort.id,
        issued_at=issued_at,
        verification_url=draft.public_url,
        linkedin_share_url=credential_rules.linkedin_share_url(draft.public_url),
        badge_data=badge,
        status_position=position,
        holder_name=learner.name if data.is_name_public else None,
    )


async def issue_path_certificate(
    session: AsyncSession, actor: AcademyActor, path_enrollment: PathEnrollment
) -> PathCertificate:
    """The certificate of a completed path; the same one however often it is asked for (A-LPC-01).

    For the feature that completes paths: it asks for no right. Raises `PathNotCompleted`.
    """
    enrollment = await queries.lock_path_enrollment(session, path_enrollment.id)
    live = await queries.find_live_path(session, enrollment.id)
    if live is not None:
        return live
    if enrollment.status != PathEnrollmentStatus.completed:
        raise PathNotCompleted
    record = await queries.path_record(session, enrollment)
    skills = [(name, each.level) for name, each in zip(record.skill_names, record.skills, strict=True)]
    path, made, issued_at = record.path, new_id(), await credential_queries.now(session)
    titles = [each.title for each in record.courses]
    achievement = rules.path_achievement(path.id, path.title, path.slug, titles, skills)
    draft = rules.draft_of(
        CredentialKind.path_certificate,
        made,
        achievement,
        title=path.title,
        email=record.learner.email,
        issued_at=issued_at,
    )
    badge, position = await credentials.sign(session, actor, draft)
    certificate = PathCertificate(
        id=made,
        user_id=enrollment.user_id,
        path_id=path.id,
        enrollment_id=enrollment.id,
        certificate_number=await _next_number(session, issued_at.year),
        issued_at=issued_at,
        skills_achieved=list(record.skills),
        courses_completed=list(record.courses),
        public_url=draft.public_url,
        badge_data=badge,
        status_position=position,
    )
    session.add(certificate)
    told = {"certificate_id": made, "path_id": path.id, "account_id": enrollment.user_id}
    emit(session, PathCertificateIssued(**told, certificate_number=certificate.certificate_number))
    emit(session, CertificateFilesRequested(certificate_id=made, is_path=True))
    await session.flush()  # read back with what the database adds
    return await queries.get_path_certificate(session, AcademyActor.system(), made)


async def _next_number(session: AsyncSession, year: int) -> str:
    """One statement takes it (A-LPC-02): whoever comes at the same time waits; who rolls back leaves a gap."""
    counted = insert(PathCertificateYear).values(year=year, last_number=1)
    counted = counted.on_conflict_do_update(
        index_elements=[PathCertificateYear.year], set_={"last_number": PathCertificateYear.last_number + 1}
    )
    taken = await session.scalar(counted.returning(PathCertificateYear.last_number))
    return rules.number(year, int(taken or 0))


async def revoke_refunded(session: AsyncSession, actor: AcademyActor, enrollment_id: UUID) -> None:
    """A certificate whose course was paid back no longer holds (A-CRT-07)."""
    live = await queries.find_live(session, enrollment_id)
    if live is not None:
        await credentials.revoke(session, actor, live.id, "The payment was refunded")


# Files


@dataclass(frozen=True, slots=True)
class Order:
    """The papers that are to be made: read once, then set without a transaction."""

    certificate_id: UUID
    kind: CredentialKind
    credential: OpenBadgeCredential
    paper: Paper
    pdf: StoredFile
    png: StoredFile | None


async def order_files(
    session: AsyncSession, actor: AcademyActor, certificate_id: UUID, *, is_path: bool
) -> Order | None:
    """Announce the files of a certificate. None when there is nothing to make (any more)."""
    return await (_order_path if is_path else _order_course)(session, actor, certificate_id)


async def _order_course(session: AsyncSession, actor: AcademyActor, certificate_id: UUID) -> Order | None:
    found = await queries.find_issuing(session, certificate_id)
    if found is None:
        return None
    row, holder = found
    credential = row.badge_data
    narrative = credential.credential_subject.achievement.description
    paper = Paper(holder, credential.name or "", narrative, row.issued_at, row.verification_url)
    pdf = _announce(session, actor, row.user_id, "certificate.pdf", "application/pdf")
    png = _announce(session, actor, row.user_id, "badge.png", "image/png")
    return Order(certificate_id, CredentialKind.certificate, credential, paper, pdf, png)


async def _order_path(session: AsyncSession, actor: AcademyActor, certificate_id: UUID) -> Order | None:
    found = await queries.find_issuing_path(session, certificate_id)
    if found is None:
        return None
    row, holder = found
    names = await queries.skill_names(session, [each.skill_id for each in row.skills_achieved])
    paper = Paper(
        holder,
        row.badge_data.name or "",
        "",
        row.issued_at,
        row.public_url,
        is_path=True,
        number=row.certificate_number,
        courses=[each.title for each in row.courses_completed],
        skills=[(names.get(each.skill_id, "?"), each.level) for each in row.skills_achieved],
    )
    pdf = _announce(session, actor, row.user_id, f"{row.certificate_number}.pdf", "application/pdf")
    return Order(certificate_id, CredentialKind.path_certificate, row.badge_data, paper, pdf, None)


def _announce(session: AsyncSession, actor: AcademyActor, account_id: UUID, name: str, media_type: str) -> StoredFile:
    return files.announce(session, actor, name=name, media_type=media_type, account_id=account_id)


def make_files(order: Order) -> dict[UUID, bytes]:
    """The bytes of the announced files. Takes its time: run it in a thread."""
    made = {order.pdf.id: typesetting.pdf(credential_rules.TEMPLATES / "certificate.typ", rules.printed(order.paper))}
    if order.png is not None:
        made[order.png.id] = credentials.bake_png(order.kind, order.credential)
    return made


async def settle_files(session: AsyncSession, actor: AcademyActor, order: Order, made: dict[UUID, bytes]) -> None:
    """The files are there: the certificate names them and is issued. A run that comes second changes nothing."""
    for file_id, content in made.items():
        await files.settle(session, actor, file_id, content)
    table = Certificate if order.kind is CredentialKind.certificate else PathCertificate
    values: dict[str, object] = {"status": CertificateStatus.issued, "pdf_id": order.pdf.id}
    if order.png is not None:
        values["badge_image_id"] = order.png.id
    issuing = update(table).where(table.id == order.certificate_id, table.status == CertificateStatus.issuing)
    await session.execute(issuing.values(values))


async def ask_again(session: AsyncSession, actor: AcademyActor) -> int:
    """Ask once more for files that should be there long since (A-CRT-04). Returns for how many."""
    stuck = await queries.list_stuck(session)
    for certificate_id, is_path in stuck:
        emit(session, CertificateFilesRequested(certificate_id=certificate_id, is_path=is_path))
    return len(stuck)
