"""Making reports: who may have which, and the numbers in them."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.gain.rules import Scope, ScopeKind
from app.academy.gain_reports import queries, rules
from app.academy.gain_reports.rules import Excluded, Report, Summary
from app.academy.models import Cohort, Course, Organization
from app.academy.permissions import AcademyActor, Permission, allow


async def report_cohort(session: AsyncSession, actor: AcademyActor, cohort: Cohort) -> Report:
    """What a cohort gained. Raises `Forbidden` for all but its instructors and platform admins."""
    allow(actor, Permission.COHORT_READ_GAIN, cohort)
    return await _report(session, ScopeKind.cohort, cohort.id)


async def report_course(session: AsyncSession, actor: AcademyActor, course: Course) -> Report:
    """What all cohorts of a course gained. Raises `Forbidden` for all but those who teach it and platform admins."""
    allow(actor, Permission.COURSE_READ_GAIN, await queries.teachers_of(session, course.id))
    return await _report(session, ScopeKind.course, course.id)


async def report_organization(session: AsyncSession, actor: AcademyActor, organization: Organization) -> Report:
    """What an organization's people gained, whoever asks: five of them or more. Raises `Forbidden`."""
    allow(actor, Permission.ORGANIZATION_READ_GAIN, await queries.analysts_of(session, organization.id))
    return rules.anonymous_report(await _report(session, ScopeKind.organization, organization.id))


async def _report(session: AsyncSession, kind: ScopeKind, scope_id: UUID) -> Report:
    scope = Scope(kind, scope_id)
    found = await queries.get_measurements(session, scope)
    skills = await queries.list_skill_gains(session, scope)
    # Thousands of classes are drawn for the intervals: not in the way of other requests.
    summary = await asyncio.to_thread(_summary, found)
    excluded = Excluded(sum(found.excluded.values()), dict(found.excluded))
    return Report(kind, scope_id, found.population, excluded, summary, skills)


def _summary(found: queries.Measurements) -> Summary:
    from app.academy.gain_reports import numerics

    return numerics.summary(found.pre, found.post, found.gains)
