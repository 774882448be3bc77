"""Reads of credentials of all kinds, and of the keys that sign them. Most of it is public: it asks for no right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.credentials.errors import CredentialUnknown
from app.academy.credentials.rules import LIST_LENGTH, AchievementKind, CredentialKind, links_of
from app.academy.credentials.schemas import AcademyCredentialLinks, AcademyVerification
from app.academy.models import (
    Certificate,
    Course,
    CourseStatus,
    CredentialState,
    LearningPath,
    PathCertificate,
    SigningKey,
    Skill,
    SkillBadge,
    SkillLevel,
)
from app.core.errors import NotFound

Credential = Certificate | PathCertificate | SkillBadge

TABLES: Mapping[CredentialKind, type[Certificate] | type[PathCertificate] | type[SkillBadge]] = {
    CredentialKind.certificate: Certificate,
    CredentialKind.path_certificate: PathCertificate,
    CredentialKind.skill_badge: SkillBadge,
}


@dataclass(frozen=True, slots=True)
class Known:
    """A credential and which kind it is of."""

    kind: CredentialKind
    row: Credential

    @property
    def public_url(self) -> str:
        """Its page."""
        row = self.row
        return row.verification_url if isinstance(row, Certificate) else row.public_url

    @property
    def issued_at(self) -> datetime:
        """Since when it holds."""
        row = self.row
        return row.earned_at if isinstance(row, SkillBadge) else row.issued_at

    @property
    def expires_at(self) -> datetime | None:
        """Until when it holds."""
        return None if isinstance(self.row, Certificate) else self.row.expires_at

    @property
    def pdf_id(self) -> UUID | None:
        """Its printed form; badges have none."""
        return None if isinstance(self.row, SkillBadge) else self.row.pdf_id

    @property
    def image_id(self) -> UUID | None:
        """Its picture, where that is kept."""
        return self.row.badge_image_id if isinstance(self.row, Certificate) else None


async def now(session: AsyncSession) -> datetime:
    """The database's clock, in whole seconds, as credentials tell time."""
    told: datetime = (await session.execute(select(func.date_trunc("second", func.now())))).scalar_one()
    return told


async def get_credential(session: AsyncSession, credential_id: UUID, *, for_update: bool = False) -> Known:
    """The credential with this id, of whichever kind. Raises `CredentialUnknown`."""
    for kind, table in TABLES.items():
        rows: Select[Any] = select(table).where(table.id == credential_id)
        if for_update:
            rows = rows.with_for_update(key_share=True)
        found = await session.scalar(rows.execution_options(populate_existing=True))
        if found is not None:
            return Known(kind, found)
    raise CredentialUnknown


async def get_verification(session: AsyncSession, credential_id: UUID) -> AcademyVerification:
    """What anybody may know of a credential (A-CRT-06). Raises `CredentialUnknown`."""
    known = await get_credential(session, credential_id)
    row, credential = known.row, known.row.badge_data
    achievement = credential.credential_subject.achievement
    return AcademyVerification(
        id=row.id,
        kind=known.kind,
        status=CredentialState(row.state),
        title=credential.name or achievement.name,
        achievement_name=achievement.name,
        description=achievement.description,
        criteria=achievement.criteria.narrative,
        issuer_name=credential.issuer.name,
        holder_name=row.holder_name,
        certificate_number=row.certificate_number if isinstance(row, PathCertificate) else None,
        issued_at=known.issued_at,
        expires_at=known.expires_at,
        revoked_at=row.revoked_at,
        revocation_reason=row.revocation_reason,
        links=AcademyCredentialLinks(**links_of(row.id, known.public_url)),
    )


# Keys


async def find_active_key(session: AsyncSession) -> SigningKey | None:
    """The key that signs, if there is one yet."""
    return await session.scalar(select(SigningKey).where(SigningKey.retired_at.is_(None)))


async def list_keys(session: AsyncSession) -> Sequence[SigningKey]:
    """Every key that has ever signed, newest first."""
    return (await session.scalars(select(SigningKey).order_by(SigningKey.created_at.desc(), SigningKey.id))).all()


# Status lists


async def highest_position(session: AsyncSession, kind: CredentialKind) -> int:
    """The highest bit that is given; 0 while none is."""
    return await session.scalar(select(func.max(TABLES[kind].status_position))) or 0


async def is_position_taken(session: AsyncSession, kind: CredentialKind, position: int) -> bool:
    """Whether a bit is somebody's."""
    table = TABLES[kind]
    return await session.scalar(select(table.id).where(table.status_position == position)) is not None


async def list_revoked(session: AsyncSession, kind: CredentialKind, number: int) -> Sequence[int]:
    """The bits that are set in a list. Raises `NotFound` for one that has not begun."""
    table, first = TABLES[kind], number * LIST_LENGTH
    if number > await highest_position(session, kind) // LIST_LENGTH:
        raise NotFound
    rows = await session.scalars(
        select(table.status_position - first).where(
            table.status_position >= first,
            table.status_position < first + LIST_LENGTH,
            table.revoked_at.is_not(None),
        )
    )
    return rows.all()


# Achievements


async def get_achiever(session: AsyncSession, kind: AchievementKind, key: str) -> Credential:
    """The newest credential of an achievement: it says what the achievement is. Raises `NotFound`."""
    rows: Select[Any]
    named, _, level = key.partition(".")
    try:
        target = UUID(named)
    except ValueError:
        raise NotFound from None
    match kind:
        case AchievementKind.cohorts:
            rows = select(Certificate).where(Certificate.cohort_id == target).order_by(Certificate.issued_at.desc())
        case AchievementKind.paths:
            rows = select(PathCertificate).where(PathCertificate.path_id == target)
            rows = rows.order_by(PathCertificate.issued_at.desc())
        case AchievementKind.skills:
            rows = select(SkillBadge).where(SkillBadge.skill_id == target, SkillBadge.level == level)
            rows = rows.order_by(SkillBadge.earned_at.desc())
    found: Credential | None = await session.scalar(rows.limit(1))
    if found is None or (level and kind is not AchievementKind.skills):
        raise NotFound
    return found


async def get_pictured(session: AsyncSession, name: str) -> tuple[CredentialKind, str]:
    """What the picture with this name shows: a course by its slug, `path.<slug>`, `skill.<id>.<level>`.

    Raises `NotFound`.
    """
    first, _, rest = name.partition(".")
    if not rest:
        course = select(Course.title).where(Course.slug == name, Course.status != CourseStatus.draft)
        kind, title = CredentialKind.certificate, await session.scalar(course)
    elif first == "path":
        path = select(LearningPath.title).where(LearningPath.slug == rest)
        kind, title = CredentialKind.path_certificate, await session.scalar(path)
    else:
        kind, title = CredentialKind.skill_badge, await _pictured_skill(session, rest)
    if title is None:
        raise NotFound
    return kind, title


async def _pictured_skill(session: AsyncSession, key: str) -> str | None:
    named, _, level = key.partition(".")
    try:
        found = await session.scalar(select(Skill.name).where(Skill.id == UUID(named)))
        return None if found is None else f"{found} - {SkillLevel(level)}"
    except ValueError:
        return None
