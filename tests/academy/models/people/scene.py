"""Two customers, their people, a course that one of them takes, a library and a discussion: and rows to set among them.

assert await refused(session, scene.of(SessionRecording, duration=0)) == "ck_session_recordings_duration"
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy import models as m
from app.core.ids import new_id
from app.identity.models import Account
from app.media.models import StoredFile
from tests.academy.conftest import enter, found
from tests.factories import academy, learning

START = datetime(2027, 3, 1, tzinfo=UTC)
WEEK = {"period_type": "weekly", "period_start": START, "period_end": START + timedelta(days=7)}
HASH = "0f" * 32
FIGURES = {
    "total_enrollments": 20,
    "completion_rate": 75.0,
    "average_engagement": 3.5,
    "office_hours_booked": 4,
    "certificates_issued": 15,
    "chatbot_interactions": 120,
}

# The least that a row of each table says.
PLAIN: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    m.OrganizationInvite: lambda s: {
        "organization_id": s.customer.id,
        "email": "new@guild.example",
        "invite_token": HASH,
        "expires_at": START,
    },
    m.OrganizationDomain: lambda s: {
        "organization_id": s.customer.id,
        "domain": "guild.example",
        "proof": "dns",
        "challenge": "lyceum-verification=1234",
        "challenge_expires_at": START,
    },
    m.Enrollment: lambda s: {
        "user_id": s.learner.id,
        "cohort_id": s.cohort.id,
        "course_id": s.course.id,
        "payment_status": "completed",
        **dict.fromkeys(("office_hours_eligible_until", "materials_access_until", "chatbot_access_until"), START),
    },
    m.EnablementKitItem: lambda s: {
        "course_id": s.course.id,
        "title": "Canvas",
        "type": "template",
        "external_url": "https://example.com/canvas",
        "order": 1,
    },
    m.SessionRecording: lambda s: {
        "cohort_id": s.cohort.id,
        "session_id": s.item.id,
        "video_url": "https://vimeo.example/1",
        "duration": 5400,
    },
    m.OfficeHoursBooking: lambda s: {
        "enrollment_id": s.enrollment.id,
        "user_id": s.learner.id,
        "scheduled_at": START,
        "calcom_event_id": "42",
        "calcom_booking_uid": new_id().hex,
    },
    m.OfficeHoursRejection: lambda _: {
        "calcom_booking_uid": new_id().hex,
        "calcom_event_id": "42",
        "scheduled_at": START,
        "reason": "not_a_learner",
    },
    m.ChatConversation: lambda s: {
        "enrollment_id": s.enrollment.id,
        "user_id": s.learner.id,
        "course_id": s.course.id,
    },
    m.ChatMessage: lambda s: {
        "conversation_id": s.conversation.id,
        "role": "user",
        "content": "What is a token?",
        "token_count": 5,
    },
    m.ContactSubmission: lambda _: {"name": "Ada", "email": "Ada@Guild.example", "message": "Hello"},
    m.AnalyticsEvent: lambda s: {"user_id": s.learner.id, "session_id": "a1b2", "event": "page_view"},
    m.Resource: lambda _: {
        "title": "AI Strategy Canvas",
        "slug": new_id().hex,
        "description": "Plans an adoption",
        "type": "template",
        "category": "Strategy",
        "access_level": "registered",
    },
    m.ResourceCourse: lambda s: {"resource_id": s.resource.id, "course_id": s.course.id},
    m.ResourceSkill: lambda s: {"resource_id": s.resource.id, "skill_id": s.skill.id},
    m.GlossaryTerm: lambda _: {
        "term": "Large Language Model",
        "slug": new_id().hex,
        "abbreviation": "LLM",
        "definition": "Predicts the next token",
        "category": "AI Fundamentals",
    },
    m.GlossaryRelatedTerm: lambda s: {"term_id": s.term.id, "related_term_id": s.other_term.id},
    m.GlossaryTermSkill: lambda s: {"term_id": s.term.id, "skill_id": s.skill.id},
    m.Prompt: lambda _: {
        "title": "Sales Email Generator",
        "slug": new_id().hex,
        "description": "Writes to customers",
        "category": "writing",
        "subcategory": "Marketing",
        "prompt_template": "Sell {{product}}",
        "access_level": "public",
    },
    m.PromptSkill: lambda s: {"prompt_id": s.prompt.id, "skill_id": s.skill.id},
    m.ResourceInteraction: lambda s: {
        "user_id": s.learner.id,
        "resource_id": s.resource.id,
        "interaction_type": "view",
    },
    m.UserBookmark: lambda s: {"user_id": s.learner.id, "saved_resource_id": s.resource.id},
    m.Entitlement: lambda s: {"user_id": s.learner.id, "source": "plan", "plan": "premium_yearly"},
    m.DiscussionThread: lambda s: {
        "title": "What is fine-tuning?",
        "content": "I wonder about adapters",
        "author_id": s.learner.id,
        "scope": "general",
    },
    m.DiscussionReply: lambda s: {"thread_id": s.thread.id, "author_id": s.peer.id, "content": "It depends"},
    m.ThreadInteraction: lambda s: {"user_id": s.peer.id, "thread_id": s.thread.id, "interaction": "like"},
    m.ReplyInteraction: lambda s: {"user_id": s.learner.id, "reply_id": s.reply.id, "interaction": "like"},
    m.ContentFlag: lambda s: {"thread_id": s.thread.id, "flagged_by_id": s.peer.id, "reason": "off topic"},
    m.ModerationAction: lambda s: {"thread_id": s.thread.id, "action": "approve", "moderator_id": s.admin.id},
    m.PeerConnection: lambda s: {
        "user_id": s.learner.id,
        "connected_user_id": s.peer.id,
        "connection_source": "manual",
    },
    m.ExternalCommunityLink: lambda _: {
        "platform": "discord",
        "name": "Academy",
        "url": "https://discord.example/x",
        "access_level": "enrolled",
    },
    m.ExternalCommunityCourse: lambda s: {"community_id": s.community.id, "course_id": s.course.id},
    m.UserCommunityMembership: lambda s: {"user_id": s.learner.id, "community_id": s.community.id},
    m.Team: lambda s: {"organization_id": s.customer.id, "name": "Marketing"},
    m.TeamCourse: lambda s: {"team_id": s.team.id, "course_id": s.course.id},
    m.TeamLearningPath: lambda s: {"team_id": s.team.id, "learning_path_id": s.path.id},
    m.TeamSkill: lambda s: {"team_id": s.team.id, "skill_id": s.skill.id},
    m.TeamMember: lambda s: {"team_id": s.team.id, "user_id": s.learner.id},
    m.OrganizationManager: lambda s: {
        "user_id": s.peer.id,
        "organization_id": s.customer.id,
        "role": "manager",
        "permissions": ["view_progress", "send_reminders"],
    },
    m.OrganizationManagerTeam: lambda s: {
        "manager_id": s.manager.id,
        "team_id": s.team.id,
        "organization_id": s.customer.id,
    },
    m.OrganizationAnalytics: lambda s: {
        "organization_id": s.customer.id,
        **WEEK,
        "total_enrollments": 20,
        "active_enrollments": 5,
        "completed_enrollments": 15,
        "total_learning_hours": 160.5,
        "avg_learning_hours_per_user": 8.0,
        "lessons_completed": 90,
        "certificates_issued": 15,
        "skills_acquired": 30,
        "avg_skill_progress": 55.5,
        "enrollments_change": 2,
        "completion_rate_change": -1.5,
    },
    m.TeamAnalytics: lambda s: {
        "team_id": s.team.id,
        "organization_id": s.customer.id,
        **WEEK,
        "member_count": 8,
        "active_members": 6,
        "avg_progress_percent": 40.0,
        "lessons_completed": 30,
        "total_learning_hours": 60.0,
        "courses_completed": 3,
    },
    m.ExecutiveReport: lambda s: {
        "organization_id": s.customer.id,
        "cohort_id": s.cohort.id,
        "metrics": FIGURES,
        "pdf_id": s.file.id,
    },
    m.ManagerReport: lambda s: {
        "organization_id": s.customer.id,
        "created_by": s.admin.id,
        "name": "Weekly",
        "report_type": "progress_summary",
        "date_range": {"start": START, "end": START + timedelta(days=7)},
        "format": "pdf",
    },
    m.ManagerReportTeam: lambda s: {
        "report_id": s.report.id,
        "team_id": s.team.id,
        "organization_id": s.customer.id,
    },
    m.ManagerReportCourse: lambda s: {"report_id": s.report.id, "course_id": s.course.id},
    m.ManagerReportRun: lambda s: {"report_id": s.report.id, "due_at": START},
    m.LearningReminder: lambda s: {
        "organization_id": s.customer.id,
        "sent_by": s.admin.id,
        "target_type": "team",
        "subject": "Keep going",
        "message": "Two lessons are left",
        "channel": "both",
    },
    m.LearningReminderTargetUser: lambda s: {"reminder_id": s.reminder.id, "user_id": s.learner.id},
    m.LearningReminderTargetTeam: lambda s: {
        "reminder_id": s.reminder.id,
        "team_id": s.team.id,
        "organization_id": s.customer.id,
    },
    m.LearningReminderRecipient: lambda s: {"reminder_id": s.reminder.id, "user_id": s.learner.id},
    m.UserPrivacySettings: lambda s: {"user_id": s.learner.id},
    m.ManagerAccessLog: lambda s: {
        "manager_id": s.admin.id,
        "organization_id": s.customer.id,
        "access_type": "view_dashboard",
    },
    m.ErasureReview: lambda s: {
        "user_id": s.learner.id,
        "organization_id": s.customer.id,
        "requested_at": START,
        "closes_at": START + timedelta(days=30),
    },
}


@dataclass(frozen=True)
class Scene:
    """Who and what there is, saved. `of` makes one more row among them, unsaved."""

    customer: m.Organization
    rival: m.Organization
    admin: Account
    learner: Account
    peer: Account
    course: m.Course
    item: m.ClassSession
    lesson: m.Lesson
    skill: m.Skill
    path: m.LearningPath
    cohort: m.Cohort
    file: StoredFile
    enrollment: m.Enrollment
    resource: m.Resource
    term: m.GlossaryTerm
    other_term: m.GlossaryTerm
    prompt: m.Prompt
    thread: m.DiscussionThread
    reply: m.DiscussionReply
    conversation: m.ChatConversation
    community: m.ExternalCommunityLink
    team: m.Team
    rival_team: m.Team
    manager: m.OrganizationManager
    report: m.ManagerReport
    reminder: m.LearningReminder

    def of(self, table: type[Any], **more: Any) -> Any:
        """A row of this table that makes sense, but for what is said otherwise."""
        return table(**PLAIN[table](self) | more)


async def create(session: AsyncSession) -> Scene:
    """The scene, parents first."""
    there = SimpleNamespace()

    async def put(name: str, row: Any) -> None:
        session.add(row)
        await session.flush()
        setattr(there, name, row)

    async def put_plain(name: str, table: type[Any], **more: Any) -> None:
        await put(name, table(**PLAIN[table](there) | more))

    there.customer, there.rival = await found(session), await found(session)
    there.admin = await enter(session, m.Role.org_admin, there.customer)
    there.learner = await enter(session, m.Role.org_member, there.customer)
    there.peer = await enter(session, m.Role.org_member, there.customer)
    await put("course", academy.course())
    await put("item", academy.class_session(there.course))
    await put("lesson", learning.lesson(there.item))
    await put("skill", learning.skill())
    await put("path", learning.path())
    await put("cohort", academy.cohort(there.course))
    await put("file", StoredFile(storage_key=new_id().hex, name="report.pdf", media_type="application/pdf"))
    await put_plain("enrollment", m.Enrollment)
    await put_plain("resource", m.Resource)
    await put_plain("term", m.GlossaryTerm)
    await put_plain("other_term", m.GlossaryTerm, term="Token", abbreviation=None)
    await put_plain("prompt", m.Prompt)
    await put_plain("thread", m.DiscussionThread)
    await put_plain("reply", m.DiscussionReply)
    await put_plain("conversation", m.ChatConversation)
    await put_plain("community", m.ExternalCommunityLink)
    await put_plain("team", m.Team)
    await put_plain("rival_team", m.Team, organization_id=there.rival.id)
    await put_plain("manager", m.OrganizationManager, user_id=there.admin.id, role="admin")
    await put_plain("report", m.ManagerReport)
    await put_plain("reminder", m.LearningReminder)
    return Scene(**vars(there))
