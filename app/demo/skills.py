"""The sixteen skills that the Academy was described with, their competencies, and where the demo courses teach them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.competencies import service as competencies
from app.academy.competencies.schemas import AcademyCompetencyCreate
from app.academy.course_skills import service as course_skills
from app.academy.course_skills.schemas import AcademyCourseSkillCreate, AcademyLessonCompetencyCreate
from app.academy.lessons import service as lessons
from app.academy.lessons.schemas import AcademyLessonCreate
from app.academy.models import ClassSession, ContributionLevel, Course, CourseSkillLevel, EvidenceType, SkillCategory
from app.academy.models import SkillLevel as Level
from app.academy.permissions import AcademyActor
from app.academy.skills import service as skills
from app.academy.skills.schemas import AcademySkillCreate

HOUSE = AcademyActor.system()


@dataclass(frozen=True, slots=True)
class DemoSkill:
    """A skill from one level to another, with its competencies: name and description."""

    category: SkillCategory
    name: str
    level: Level
    max_level: Level
    description: str
    competencies: tuple[tuple[str, str], ...]


_TECHNICAL, _STRATEGIC = SkillCategory.technical, SkillCategory.strategic
_LEADERSHIP, _DOMAIN = SkillCategory.leadership, SkillCategory.domain

SKILLS = (
    DemoSkill(
        _TECHNICAL,
        "Prompt Engineering",
        Level.foundational,
        Level.expert,
        "To ask a language model so that its answer can be used, and can be had again.",
        (
            ("System prompts", "Gives a model a role, a task and limits that it keeps."),
            ("Chain-of-thought", "Has a model work step by step, and checks the steps."),
            ("Few-shot learning", "Chooses examples that show the wanted answer and its edges."),
            ("Prompt optimization", "Measures variants of a prompt and keeps the better one for a reason."),
        ),
    ),
    DemoSkill(
        _TECHNICAL,
        "AI Tool Selection",
        Level.foundational,
        Level.advanced,
        "To find the tool that fits a task, a budget and a duty to protect data.",
        (
            ("Vendor evaluation", "Compares vendors by the same questions and writes down the answers."),
            ("Use case mapping", "Says which tool serves which task, and which serves none."),
            ("Cost-benefit analysis", "Sets what a tool costs in all against what it saves."),
        ),
    ),
    DemoSkill(
        _TECHNICAL,
        "Data Literacy",
        Level.foundational,
        Level.practitioner,
        "To know what data says, what it leaves out, and what a model makes of it.",
        (
            ("Data quality assessment", "Finds gaps, doubles and errors before a model does."),
            ("Bias detection", "Sees whom a data set leaves out and what follows from that."),
            ("Data preparation", "Brings data into a form that a tool can use and others can check."),
        ),
    ),
    DemoSkill(
        _TECHNICAL,
        "Workflow Automation",
        Level.practitioner,
        Level.advanced,
        "To hand repeated work to machines, with people where they are needed.",
        (
            ("Process mapping", "Draws a process as it really runs, exceptions included."),
            ("Integration design", "Connects tools so that a failure of one is noticed and contained."),
            ("Automation testing", "Tries an automation on cases that went wrong before."),
        ),
    ),
    DemoSkill(
        _STRATEGIC,
        "AI Strategy Development",
        Level.practitioner,
        Level.expert,
        "To decide where AI changes a business and in which order.",
        (
            ("Opportunity assessment", "Ranks opportunities by value, effort and readiness."),
            ("Roadmap creation", "Puts steps into an order that each pays for the next."),
            ("Stakeholder alignment", "Wins those whose work will change before it does."),
        ),
    ),
    DemoSkill(
        _STRATEGIC,
        "Use Case Identification",
        Level.foundational,
        Level.advanced,
        "To see in everyday work where AI would help and where it would not.",
        (
            ("Problem framing", "States a problem without naming its solution."),
            ("ROI estimation", "Estimates a return with its assumptions in sight."),
            ("Feasibility analysis", "Tells early whether data, tools and people suffice."),
        ),
    ),
    DemoSkill(
        _STRATEGIC,
        "ROI Measurement",
        Level.practitioner,
        Level.advanced,
        "To show what a change with AI was worth.",
        (
            ("Metrics definition", "Chooses few measures that somebody will act on."),
            ("Baseline measurement", "Measures before the change, under the same conditions."),
            ("Impact tracking", "Follows the effect over time and tells it from chance."),
        ),
    ),
    DemoSkill(
        _STRATEGIC,
        "Risk Assessment",
        Level.practitioner,
        Level.advanced,
        "To find what can go wrong with AI and to be ready for it.",
        (
            ("Risk identification", "Lists what can fail, harm or mislead, and whom it hits."),
            ("Mitigation planning", "Gives every grave risk a measure and an owner."),
            ("Compliance validation", "Holds a use of AI against law and house rules."),
        ),
    ),
    DemoSkill(
        _LEADERSHIP,
        "Change Management",
        Level.practitioner,
        Level.expert,
        "To bring people along when their work changes.",
        (
            ("Resistance handling", "Hears what is behind a no and answers that."),
            ("Communication planning", "Tells whom what when, and leaves room for an answer."),
            ("Adoption tracking", "Sees who uses the new way and helps those who do not."),
        ),
    ),
    DemoSkill(
        _LEADERSHIP,
        "Team Enablement",
        Level.practitioner,
        Level.advanced,
        "To make a team able to work with AI without its teacher.",
        (
            ("Training design", "Builds practice around the tasks that a team really has."),
            ("Coaching", "Helps somebody find the next step instead of taking it."),
            ("Skill gap analysis", "Compares what a team can do with what it will need."),
        ),
    ),
    DemoSkill(
        _LEADERSHIP,
        "Stakeholder Communication",
        Level.foundational,
        Level.advanced,
        "To speak about AI so that those who decide can decide.",
        (
            ("Executive storytelling", "Tells a case from the decision backwards."),
            ("Technical translation", "Says what a technique means for those who do not know it."),
            ("Presentation design", "Shows one thought at a time, with the figure that proves it."),
        ),
    ),
    DemoSkill(
        _LEADERSHIP,
        "AI Governance",
        Level.advanced,
        Level.expert,
        "To set rules for AI that hold when it matters.",
        (
            ("Policy development", "Writes rules that people can follow and others can check."),
            ("Ethical frameworks", "Weighs interests openly and records the reasons."),
            ("Audit processes", "Looks regularly whether the rules are kept, and what follows if not."),
        ),
    ),
    DemoSkill(
        _DOMAIN,
        "Marketing AI",
        Level.foundational,
        Level.advanced,
        "To reach the right people with content that a brand can stand behind.",
        (
            ("Content generation", "Produces drafts in the voice of a brand and edits them."),
            ("Personalization", "Fits a message to its reader within what the reader agreed to."),
            ("Campaign optimization", "Lets results decide where the next budget goes."),
        ),
    ),
    DemoSkill(
        _DOMAIN,
        "Sales AI",
        Level.foundational,
        Level.advanced,
        "To spend time on the customers for whom it counts.",
        (
            ("Lead scoring", "Ranks leads by signs that have proved right."),
            ("Conversation intelligence", "Learns from recorded talks what moves a deal."),
            ("Pipeline forecasting", "Forecasts sales with a range and says what it rests on."),
        ),
    ),
    DemoSkill(
        _DOMAIN,
        "Operations AI",
        Level.practitioner,
        Level.advanced,
        "To run processes with fewer surprises.",
        (
            ("Process optimization", "Finds the step that slows the others and improves it."),
            ("Quality control", "Finds faults early, with few false alarms."),
            ("Predictive maintenance", "Sees from data when a machine will need care."),
        ),
    ),
    DemoSkill(
        _DOMAIN,
        "HR AI",
        Level.foundational,
        Level.practitioner,
        "To use AI in decisions about people with the care that they are owed.",
        (
            ("Candidate screening", "Screens by what a job needs, and tests for unequal treatment."),
            ("Employee engagement", "Reads moods from many voices without exposing one."),
            ("Performance analytics", "Uses figures of work as questions, not as verdicts."),
        ),
    ),
)

# Tests and what people make of it count everywhere; at the foundations one's own judgement does too.
_EVIDENCE = (EvidenceType.quiz, EvidenceType.project, EvidenceType.peer_review, EvidenceType.instructor_assessment)
_THRESHOLD = 70

# What the demo courses teach, by their titles: skill, how far, weight.
TAUGHT: dict[str, tuple[tuple[str, CourseSkillLevel, int], ...]] = {
    "AI Fundamentals": (
        ("prompt-engineering", CourseSkillLevel.introduces, 40),
        ("ai-tool-selection", CourseSkillLevel.introduces, 25),
        ("data-literacy", CourseSkillLevel.introduces, 20),
        ("use-case-identification", CourseSkillLevel.introduces, 15),
    ),
    "Prompt Engineering Mastery": (("prompt-engineering", CourseSkillLevel.masters, 100),),
    "AI Tools Mastery": (
        ("ai-tool-selection", CourseSkillLevel.masters, 60),
        ("workflow-automation", CourseSkillLevel.develops, 40),
    ),
    "AI Strategy for Leaders": (
        ("ai-strategy-development", CourseSkillLevel.develops, 40),
        ("use-case-identification", CourseSkillLevel.develops, 30),
        ("roi-measurement", CourseSkillLevel.introduces, 30),
    ),
    "Change Management for AI": (
        ("change-management", CourseSkillLevel.develops, 50),
        ("team-enablement", CourseSkillLevel.develops, 30),
        ("stakeholder-communication", CourseSkillLevel.introduces, 20),
    ),
    "AI Governance & Ethics": (
        ("ai-governance", CourseSkillLevel.develops, 70),
        ("risk-assessment", CourseSkillLevel.introduces, 30),
    ),
    "AI Foundations": (
        ("prompt-engineering", CourseSkillLevel.introduces, 60),
        ("ai-tool-selection", CourseSkillLevel.introduces, 40),
    ),
    "Marketing AI Mastery": (("marketing-ai", CourseSkillLevel.masters, 100),),
    "Sales AI Mastery": (("sales-ai", CourseSkillLevel.masters, 100),),
    "HR AI Mastery": (("hr-ai", CourseSkillLevel.masters, 100),),
    "Product AI Mastery": (
        ("workflow-automation", CourseSkillLevel.develops, 60),
        ("use-case-identification", CourseSkillLevel.develops, 40),
    ),
}

# Lessons of AI Fundamentals, by the class session they belong to: title, minutes, and the competencies they work on.
LESSONS: dict[str, tuple[tuple[str, int, tuple[tuple[str, ContributionLevel], ...]], ...]] = {
    "How language models work": (
        ("From data to answers", 30, (("Data quality assessment", ContributionLevel.introduces),)),
        ("Whose data is it?", 30, (("Bias detection", ContributionLevel.introduces),)),
    ),
    "First prompts that hold": (
        ("Role, task, limits", 40, (("System prompts", ContributionLevel.introduces),)),
        (
            "Examples and steps",
            40,
            (
                ("Few-shot learning", ContributionLevel.introduces),
                ("Chain-of-thought", ContributionLevel.introduces),
            ),
        ),
        (
            "A prompt of one's own",
            40,
            (("System prompts", ContributionLevel.assesses), ("Prompt optimization", ContributionLevel.introduces)),
        ),
    ),
    "Tools for the day's work": (
        ("What a tool has to do", 45, (("Use case mapping", ContributionLevel.introduces),)),
        ("What a tool costs", 45, (("Cost-benefit analysis", ContributionLevel.introduces),)),
    ),
    "Implementation office": (
        ("One problem, well put", 45, (("Problem framing", ContributionLevel.introduces),)),
        ("Will it work here?", 45, (("Feasibility analysis", ContributionLevel.introduces),)),
    ),
}


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """What was made: skills by slug, competencies by name; no two of the demo share one."""

    skills: dict[str, UUID]
    competencies: dict[str, UUID]


async def plant(session: AsyncSession) -> Taxonomy:
    """Make the sixteen skills with their competencies, in the order of the description."""
    made = Taxonomy({}, {})
    for place, wanted in enumerate(SKILLS, start=1):
        body = AcademySkillCreate(
            name=wanted.name,
            description=wanted.description,
            category=wanted.category,
            level=wanted.level,
            max_level=wanted.max_level,
            sort_order=place,
        )
        skill = await skills.create_skill(session, HOUSE, body)
        made.skills[skill.slug] = skill.id
        evidence = [*_EVIDENCE, *([EvidenceType.self_assessment] if wanted.level is Level.foundational else [])]
        for name, description in wanted.competencies:
            competency = await competencies.create_competency(
                session,
                HOUSE,
                skill,
                AcademyCompetencyCreate(
                    name=name,
                    description=description,
                    assessment_criteria=f"On a case of one's own, and without help. {description}",
                    evidence_types=evidence,
                    passing_threshold=_THRESHOLD,
                ),
            )
            made.competencies[name] = competency.id
    return made


async def link(session: AsyncSession, course: Course, taxonomy: Taxonomy) -> None:
    """Say what a demo course teaches."""
    for slug, level, weight in TAUGHT.get(course.title, ()):
        body = AcademyCourseSkillCreate(skill_id=taxonomy.skills[slug], skill_level=level, weight=weight)
        await course_skills.add_skill(session, HOUSE, course, body)


async def furnish(session: AsyncSession, course: Course, taxonomy: Taxonomy) -> None:
    """Give the class sessions of a course their lessons, and the lessons their competencies."""
    agenda = await session.scalars(select(ClassSession).where(ClassSession.course_id == course.id))
    for item in agenda.all():
        for title, minutes, shown in LESSONS.get(item.title, ()):
            body = AcademyLessonCreate(title=title, description=title, duration_minutes=minutes)
            lesson = await lessons.create_lesson(session, HOUSE, item, body)
            for name, level in shown:
                wanted = AcademyLessonCompetencyCreate(
                    competency_id=taxonomy.competencies[name], contribution_level=level
                )
                await course_skills.add_competency(session, HOUSE, lesson, wanted)
