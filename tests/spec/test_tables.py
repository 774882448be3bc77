"""Every table of the seeds is there, with all its columns, values, references, indexes and keys (the -TAB- lines).

What the checker only warns of (it may be null, it has another default, deleting does something else) is a deviation
here as well, unless it is explained below.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local.services import Services
from tests.spec.run import ALIASES, FOLDER, Findings, check
from tests.support.copies import Copy, copied
from tests.support.requirements import CATALOGUE

PROJECT = Path(__file__).parents[2]

# The lines of the catalogue, in their order: A-TAB-01 is academy.users.
LINES = {
    "P-TAB": "crm: programs program_participation",
    "T-TAB": """community:
        users spaces posts comments likes courses modules lessons enrollments lesson_progress events rsvps memberships
        notifications conversations messages points gamification_config levels follows reports space_visits
        community_settings
    """,
    "A-TAB": """academy:
        users organizations organization_invites courses sessions cohorts enrollments waitlist enablement_kit_items
        session_recordings office_hours_bookings chat_conversations chat_messages certificates contact_submissions
        executive_reports webhook_deliveries analytics_events resources glossary_terms prompts resource_interactions
        user_bookmarks learning_paths learning_path_steps user_path_enrollments path_certificates skills competencies
        course_skills lesson_competencies user_skill_progress competency_evidence skill_badges lessons assessments
        assessment_questions assessment_attempts question_responses learning_gain_analytics discussion_threads
        discussion_replies thread_interactions reply_interactions peer_connections external_community_links
        user_community_memberships organization_managers teams team_members organization_analytics team_analytics
        manager_reports learning_reminders user_privacy_settings manager_access_logs
    """,
    "C-TAB": """tracker:
        people campus role course content content_type certification people_campus people_role course_enrollment
        course_role certification_progress content_completion planning_center_sync_log planning_center_webhook_events
        planning_center_events_cache planning_center_registrations_cache audit_log
    """,
    "S-TAB": """studio:
        clients client_knowledge programs program_knowledge chapters sessions articles videos quizzes exercises
    """,
}
TABLES = {
    f"{prefix}-{number:02}": f"{system}.{table}"
    for prefix, (system, _, tables) in ((prefix, line.partition(":")) for prefix, line in LINES.items())
    for number, table in enumerate(tables.split(), start=1)
}

# What the checker warns of and is meant to be so.
EXPLAINED = {
    "WARN_NULLABLE academy.certificates.badge_image_id": "Z-88: empty until the job has made the file",
    "WARN_NULLABLE academy.certificates.pdf_id": "Z-88: empty until the job has made the file",
    "WARN_NULLABLE academy.learning_gain_analytics.percentage_gain": "Z-91: there is none from a score of 0",
    "WARN_NULLABLE academy.learning_gain_analytics.normalized_gain": "Z-90: there is none from a score of 100",
    "WARN_NULLABLE academy.resource_interactions.resource_id": "Z-134: terms and prompts are interacted with as well",
    "WARN_UNIQUE academy.skill_badges.(user_id, skill_id, level)": "Z-114: one live badge, older ones are kept",
    "WARN_INDEX academy.users.by_email": "Z-57: addresses are found and unique whatever their case",
    "WARN_INDEX academy.contact_submissions.by_email": "Z-57: addresses are found whatever their case",
    "WARN_INDEX academy.resources.search_resources": "a trigger feeds it, as the tests of the library show",
    "WARN_INDEX academy.glossary_terms.search_glossary": "likewise",
    "WARN_INDEX academy.prompts.search_prompts": "likewise",
    "WARN_ENUM_EXTRA academy.manager_reports.report_type": "A-RPT-01: reports put together by hand",
    "WARN_PK academy.analytics_events": "kept by months: the key holds the time",
    "WARN_PK community.notifications": "kept by months: the key holds the time",
    "WARN_PK tracker.audit_log": "kept by months: the key holds the time",
}


def deviations(findings: Findings, table: str) -> list[str]:
    """What is wrong with a table, each as one line."""
    warnings = [each for each in findings.warnings if f"{each.kind} {each.item}" not in EXPLAINED]
    wrong = [each for each in [*findings.errors, *warnings] if each.is_about(table)]
    return [f"{each.kind} {each.item}: {each.detail}" for each in wrong]


@pytest.fixture(scope="module")
def findings(database_url: str) -> Findings:
    return check(database_url)


@pytest.mark.parametrize("table", [pytest.param(each, marks=pytest.mark.req(line)) for line, each in TABLES.items()])
def test_a_table_of_the_seeds_is_as_they_say(findings: Findings, table: str) -> None:
    assert deviations(findings, table) == []


@pytest.mark.req("D-03")
def test_all_109_tables_of_the_seeds_are_there(findings: Findings) -> None:
    assert findings.summary["tables"] == (109, 109)
    assert all(found == wanted for found, wanted in findings.summary.values())


def test_no_explanation_is_left_over(findings: Findings) -> None:
    assert set(EXPLAINED) == {f"{each.kind} {each.item}" for each in findings.warnings}


def test_every_alias_is_explained() -> None:
    aliases = json.loads(ALIASES.read_text(encoding="utf-8"))
    explained = re.findall(r"^- `([\w.]+)`", ALIASES.with_suffix(".md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted([*aliases["tables"], *aliases["columns"]])


# The lines ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_of_the_specification_is_on_a_line_of_the_catalogue() -> None:
    specified = json.loads((FOLDER / "tables.json").read_text(encoding="utf-8"))["tables"]
    assert sorted(TABLES.values()) == sorted(f"{each['context']}.{each['table']}" for each in specified)


@pytest.mark.parametrize("line", TABLES)
def test_the_line_names_its_table(line: str) -> None:
    catalogue = (PROJECT / CATALOGUE).read_text(encoding="utf-8")
    named = re.search(rf"^\| {line} \|[^`]*`(\w+)`", catalogue, re.MULTILINE)
    assert named is not None
    assert TABLES[line].endswith(f".{named[1]}")


# What it would notice ──────────────────────────────────────────────────────────────────────────────────────────────

# What is done to a table, and the deviation that must come of it.
SPOILED = {
    "a column is gone": ("ALTER TABLE community.posts DROP COLUMN content_html", "COLUMN_MISSING community.posts"),
    "a column has another type": (
        "ALTER TABLE tracker.people ALTER date_of_birth TYPE text",
        "TYPE tracker.people.date_of_birth",
    ),
    "a value is missing": (
        (
            "ALTER TABLE academy.lesson_competencies DROP CONSTRAINT ck_lesson_competencies_contribution_level,"
            " ADD CONSTRAINT ck_lesson_competencies_contribution_level"
            " CHECK (contribution_level IN ('introduces', 'reinforces'))"
        ),
        "ENUM academy.lesson_competencies.contribution_level",
    ),
    "values are not enforced": (
        "ALTER TABLE crm.programs DROP CONSTRAINT ck_programs_enrollment_method",
        "ENUM crm.programs.enrollment_method",
    ),
    "an index is gone": ("DROP INDEX community.ix_posts_author_id_created_at", "INDEX_MISSING community.posts"),
    "a reference is gone": (
        "ALTER TABLE academy.teams DROP CONSTRAINT fk_teams_organization_id",
        "REF_MISSING academy.teams.organization_id",
    ),
    "a unique key is gone": (
        "ALTER TABLE studio.client_knowledge DROP CONSTRAINT uq_client_knowledge_client_id_type",
        "UNIQUE_MISSING studio.client_knowledge",
    ),
    "a key is gone": ("ALTER TABLE community.rsvps DROP CONSTRAINT pk_rsvps", "PK_MISSING community.rsvps"),
    "a table is gone": ("DROP TABLE community.space_visits", "TABLE_MISSING community.space_visits"),
    "it may be null": (
        "ALTER TABLE academy.resources ALTER title DROP NOT NULL",
        "WARN_NULLABLE academy.resources.title",
    ),
    "it has no default": (
        "ALTER TABLE studio.programs ALTER language DROP DEFAULT",
        "WARN_DEFAULT studio.programs.language",
    ),
    "deleting does something else": (
        (
            "ALTER TABLE studio.chapters DROP CONSTRAINT fk_chapters_program_id,"
            " ADD FOREIGN KEY (program_id) REFERENCES studio.programs (id) ON DELETE RESTRICT"
        ),
        "WARN_ON_DELETE studio.chapters.program_id",
    ),
    "row policies are off": (
        "ALTER TABLE studio.videos DISABLE ROW LEVEL SECURITY",
        "RLS_DISABLED studio.videos",
    ),
}


@pytest.fixture(scope="module")
def copy(server: Services) -> Iterator[Copy]:
    with copied(server) as made:
        yield made


async def test_everything_that_goes_missing_is_noticed_with_its_table_and_nothing_else(copy: Copy) -> None:
    """All at once: the checker is asked once instead of thirteen times."""
    await copy.as_owner(*(statement for statement, _ in SPOILED.values()))
    found = check(copy.owner_url)
    wanted = {expected.split()[1]: expected for _, expected in SPOILED.values()}
    tables = {".".join(item.split(".")[:2]) for item in wanted}
    wrong = {table: deviations(found, table) for table in TABLES.values()}
    assert {table for table, lines in wrong.items() if lines} == tables
    for expected in wanted.values():
        table = ".".join(expected.split()[1].split(".")[:2])
        assert any(line.startswith(expected) for line in wrong[table]), (expected, wrong[table])
