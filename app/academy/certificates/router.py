"""The door to certificates: ask for one's own, look at them. What all credentials have is in `credentials`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from app.academy.certificates import queries, service
from app.academy.certificates.errors import CertificateNotEarned
from app.academy.certificates.schemas import (
    AcademyCertificate,
    AcademyCertificateCreate,
    AcademyCertificateFilter,
    AcademyMyCertificateFilter,
    AcademyPathCertificate,
    AcademyPathCertificateFilter,
)
from app.academy.deps import CurrentAcademyActor
from app.academy.models import Certificate, PathCertificate
from app.academy.permissions import Permission, allow
from app.core.http.pages import InvalidCursor, Page, Rows
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.deps import Idempotent

router = Router()

_BEFORE: dict[int | str, dict[str, Any]] = {200: {"model": AcademyCertificate, "description": "It was issued before"}}


@router.post(
    "/enrollments/{enrollment_id}/certificate",
    status_code=201,
    response_model=AcademyCertificate,
    responses=_BEFORE | refusals(CertificateNotEarned),
)
async def create_certificate(
    enrollment_id: UUID,
    body: AcademyCertificateCreate,
    actor: CurrentAcademyActor,
    session: Session,
    response: Response,
    _: Idempotent,
) -> Certificate:
    """Issue the certificate of an enrollment: to oneself, to a learner of one's cohort, or as an admin to anybody.

    It is earned by a completed payment, a completed cohort, every required assessment passed, and the attendance that
    the course asks for; what is missing is listed in `errors`. Asked for again, it is the same one (200).
    """
    certificate, is_new = await service.issue_certificate(session, actor, enrollment_id, body)
    if not is_new:
        response.status_code = 200
    return certificate


@router.get("/certificates", response_model=Page[AcademyCertificate], responses=refusals(InvalidCursor))
async def list_certificates(
    wanted: Annotated[AcademyCertificateFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[Certificate]:
    """List certificates: all for platform admins, those of their cohorts for instructors, else one's own."""
    return await queries.list_certificates(session, actor, wanted)


@router.get("/me/certificates", response_model=Page[AcademyCertificate], responses=refusals(InvalidCursor))
async def list_my_certificates(
    wanted: Annotated[AcademyMyCertificateFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[Certificate]:
    """List one's own certificates of courses."""
    return await queries.list_own(session, actor, wanted)


@router.get("/certificates/{certificate_id}", response_model=AcademyCertificate)
async def get_certificate(certificate_id: UUID, actor: CurrentAcademyActor, session: Session) -> Certificate:
    """Get a certificate as its holder sees it. What everybody may see is its verification."""
    return await queries.get_certificate(session, actor, certificate_id)


@router.get("/path-certificates", response_model=Page[AcademyPathCertificate], responses=refusals(InvalidCursor))
async def list_path_certificates(
    wanted: Annotated[AcademyPathCertificateFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[PathCertificate]:
    """List everybody's certificates of paths, by number or person. Platform admins do."""
    allow(actor, Permission.CREDENTIALS_READ)
    return await queries.list_path_certificates(session, actor, wanted)


@router.get("/me/path-certificates", response_model=Page[AcademyPathCertificate], responses=refusals(InvalidCursor))
async def list_my_path_certificates(
    wanted: Annotated[AcademyMyCertificateFilter, Query()], actor: CurrentAcademyActor, session: Session
) -> Rows[PathCertificate]:
    """List one's own certificates of learning paths."""
    return await queries.list_own_path(session, actor, wanted)


@router.get("/path-certificates/{certificate_id}", response_model=AcademyPathCertificate)
async def get_path_certificate(certificate_id: UUID, actor: CurrentAcademyActor, session: Session) -> PathCertificate:
    """Get a certificate of a learning path as its holder sees it."""
    return await queries.get_path_certificate(session, actor, certificate_id)
