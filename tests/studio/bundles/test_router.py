"""The door to bundles: what was taken out comes in again as it was, and whole or not at all."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.studio.models import ContentSession, Program
from tests.studio.bundles.examples import BUNDLE, BUNDLES, SESSION, Json, changed
from tests.studio.desk import KINDS
from tests.studio.house import House, Insight, listed, made
from tests.support.client import ApiClient
from tests.support.queries import recorded
from tests.support.worker import WorkerOnDemand

TABLES = ("programs", "program_knowledge", "chapters", "sessions", "articles", "videos", "quizzes", "exercises")


def imports_of(house: House) -> str:
    return f"/studio/clients/{house.ours.id}/imports"


async def taken_out(caller: ApiClient, program: Json, form: str = "json") -> bytes:
    answer = await caller.get(f"/studio/programs/{program['id']}/export", params={"format": form})
    assert answer.status_code == 200, answer.text
    return answer.content


async def rows(insight: Insight) -> list[int]:
    """How many rows there are of each kind."""
    async with insight() as seen:
        return [await seen.scalar(text(f"SELECT count(*) FROM studio.{table}")) for table in TABLES]  # noqa: S608  (our own words)


# There and back


async def test_what_was_taken_out_comes_in_again_byte_for_byte(as_author: ApiClient, house: House) -> None:
    first = await made(as_author.post(imports_of(house), BUNDLE))
    document = await taken_out(as_author, first)
    second = await made(as_author.post(imports_of(house), json.loads(document)))
    assert second["slug"] != first["slug"]
    assert await taken_out(as_author, second) == document
    assert await taken_out(as_author, second, "markdown") == await taken_out(as_author, first, "markdown")
    # Not only the same twice: what was sent, in this very order of keys.
    assert document.decode() == json.dumps(BUNDLE, indent=2, ensure_ascii=False).replace("1e-07", "1e-7") + "\n"


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(bundle=BUNDLES)
async def test_any_program_comes_in_again_byte_for_byte(as_author: ApiClient, house: House, bundle: Json) -> None:
    first = await made(as_author.post(imports_of(house), bundle))
    document = await taken_out(as_author, first)
    second = await made(as_author.post(imports_of(house), content=document, headers=JSON))
    assert await taken_out(as_author, second) == document
    archive = await taken_out(as_author, first, "markdown")
    assert await taken_out(as_author, second, "markdown") == archive
    assert ZipFile(BytesIO(archive)).read("program.json") == document


JSON = {"Content-Type": "application/json"}


async def test_a_program_written_at_the_doors_is_taken_out_as_it_was_written(
    as_author: ApiClient, house: House
) -> None:
    program = await made(as_author.post(f"/studio/clients/{house.ours.id}/programs", {"name": "By hand"}))
    chapter = await made(as_author.post(f"/studio/programs/{program['id']}/chapters", {"title": "One"}))
    own = {name: value for name, value in SESSION.items() if name not in KINDS}
    session = await made(as_author.post(f"/studio/chapters/{chapter['id']}/sessions", own))
    for kind in KINDS:
        await made(as_author.post(f"/studio/sessions/{session['id']}/{kind}", SESSION[kind]))
    await as_author.put(f"/studio/programs/{program['id']}/knowledge/brief", {"content": "First"})
    await as_author.put(f"/studio/programs/{program['id']}/knowledge/brief", {"content": "Second"})
    bundle = json.loads(await taken_out(as_author, program))
    assert bundle["program"]["chapters"] == [
        {"title": "One", "number": 1, "subtitle": None, "description": None, "sessions": [SESSION]}
    ]
    assert bundle["program"]["knowledge"]["brief"] == {
        "title": None,
        "content": "Second",
        "content_format": "markdown",
    }


async def test_what_comes_in_is_a_draft_of_whoever_brought_it(
    as_author: ApiClient, house: House, insight: Insight, worker: WorkerOnDemand
) -> None:
    origin = await made(as_author.post(imports_of(house), BUNDLE))
    async with insight() as arranged:
        await arranged.execute(update(Program).values(status="published", revision=4))
        await arranged.execute(update(ContentSession).values(status="approved", revision=2))
    answer = await as_author.post(imports_of(house), json.loads(await taken_out(as_author, origin)))
    program = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (program["status"], program["revision"], program["created_by"]) == ("draft", 1, str(house.author.id))
    assert (program["total_sessions"], program["estimated_hours"]) == (2, 0.6)
    tree = (await as_author.get(f"/studio/programs/{program['id']}/tree")).json()
    sessions = tree["chapters"][0]["sessions"]
    assert [(each["status"], each["revision"]) for each in sessions] == [("draft", 1)] * 2
    assert {sessions[1][kind]["status"] for kind in KINDS} == {"draft"}
    told = [each.payload for each in await worker.announced("studio.program_imported")]
    assert (
        told[-1].items()
        >= {
            "program_id": program["id"],
            "client_id": str(house.ours.id),
            "chapters": 2,
            "sessions": 2,
        }.items()
    )
    created = [each.payload["program_id"] for each in await worker.announced("studio.program_created")]
    assert created == [origin["id"], program["id"]]


# Files


async def test_the_archive_is_a_readable_tree_with_a_file_for_each_content(as_author: ApiClient, house: House) -> None:
    program = await made(as_author.post(imports_of(house), BUNDLE))
    answer = await as_author.get(f"/studio/programs/{program['id']}/export", params={"format": "markdown"})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="leading-a-shift.zip"'
    archive = ZipFile(BytesIO(answer.content))
    tour = "chapters/01-the-second-week/02-a-tour-of-the-halls"
    assert archive.namelist() == [
        "program.json",
        "README.md",
        "knowledge/brief.md",
        "knowledge/program_matrix.json",
        "chapters/01-the-second-week/README.md",
        "chapters/01-the-second-week/01-bare/README.md",
        f"{tour}/README.md",
        *(f"{tour}/{kind}.md" for kind in KINDS),
        "chapters/02-the-first-week/README.md",
    ]
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert SESSION["article"]["content"].encode() in archive.read(f"{tour}/article.md")
    assert b"- [x] Four \xe2\x86\x92 Yes.\n- [ ] Five\n" in archive.read(f"{tour}/quiz.md")
    assert archive.read(f"{tour}/video.md") == b"# 1.1 A tour of the halls: video\n\nCome along.\n"
    exercise = archive.read(f"{tour}/exercise.md").decode()
    for said in ("At the gate", "A guard", "Be firm.", "Night.", "Kim", "Rules protect", "Stays polite", "60.0 %"):
        assert said in exercise


async def test_a_title_leads_no_file_out_of_its_folder(as_author: ApiClient, house: House) -> None:
    title = "../../etc/passwd\n\\..\\"
    program = await made(as_author.post(imports_of(house), changed("/program/chapters/0/title", title)))
    names = ZipFile(BytesIO(await taken_out(as_author, program, "markdown"))).namelist()
    assert "chapters/01-etc-passwd/README.md" in names
    assert not any(".." in name or "\\" in name for name in names)


async def test_the_document_is_an_attachment_and_the_default(as_author: ApiClient, house: House) -> None:
    program = await made(as_author.post(imports_of(house), BUNDLE))
    answer = await as_author.get(f"/studio/programs/{program['id']}/export")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="leading-a-shift.json"'
    unknown = await as_author.get(f"/studio/programs/{program['id']}/export", params={"format": "pdf"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/query/format")


# Refusals

_CHAPTERS = "/program/chapters"
_DEEP = f"{_CHAPTERS}/0/sessions/1"


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("/schema_name", "lyceum.academy.course", None),
        ("/schema_name", ..., None),
        ("/schema_version", 2, None),
        ("/schema_version", "1", None),
        ("/program", ..., None),
        ("/program/name", "", None),
        ("/program/language", "Portuguese", None),
        ("/program/status", "published", None),
        ("/program/slug", "mine", None),
        ("/program/knowledge/gossip", {"content": "They say"}, None),
        ("/program/knowledge/brief/content_format", "word", None),
        (f"{_CHAPTERS}/1/number", 7, None),
        (f"{_CHAPTERS}/1/number", "3", None),
        (f"{_CHAPTERS}/1/number", ..., None),
        (f"{_CHAPTERS}/1/id", "0198c5a0-7c1e-7d3a-9b1f-2f6f0a4b8d05", None),
        (f"{_DEEP}/number", "last", None),
        (f"{_DEEP}/number", ..., None),
        (f"{_DEEP}/estimated_minutes", 0, None),
        (f"{_DEEP}/learning_objectives/1", "", None),
        (f"{_DEEP}/article/word_count", 3, None),
        (f"{_DEEP}/article/sources/0/url", "javascript:alert(1)", None),
        (f"{_DEEP}/video/script", 7, None),
        (f"{_DEEP}/quiz/questions/0/options/1/is_correct", "no", None),
        (f"{_DEEP}/quiz/metadata/passing_percentage", 101, None),
        (f"{_DEEP}/exercise/ai_mentor/persona", ..., None),
        (f"{_DEEP}/exercise/exercise_type", "SLEEP", None),
        (f"{_DEEP}/article/content", "half \ud800", None),
        (f"{_DEEP}/video/script", "nul \0", None),
        (f"{_DEEP}/podcast", {"script": "Hello"}, None),
        (_CHAPTERS, [BUNDLE["program"]["chapters"][0]] * 2_001, _CHAPTERS),
    ],
)
async def test_what_does_not_fit_is_named_by_its_place_and_nothing_is_written(
    as_author: ApiClient, house: House, insight: Insight, path: str, value: Any, pointer: str | None
) -> None:
    body = json.dumps(changed(path, value)).encode()
    answer = await as_author.post(imports_of(house), content=body, headers=JSON)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer or path]
    assert await rows(insight) == [0] * len(TABLES)


async def test_a_program_that_is_too_long_is_refused_as_a_whole(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    sessions = [{"title": "A day", "number": str(day), "estimated_minutes": 1_440} for day in range(42)]
    answer = await as_author.post(imports_of(house), changed(f"{_CHAPTERS}/0/sessions", sessions))
    assert (answer.status_code, answer.json()["code"]) == (409, "studio.program_too_long")
    assert await rows(insight) == [0] * len(TABLES)


async def test_a_bundle_may_be_larger_than_other_bodies_up_to_a_limit(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    page = "a" * 150_000
    sessions = [{"title": "Long", "number": str(each), "article": {"content": page}} for each in range(10)]
    large = changed(f"{_CHAPTERS}/0/sessions", sessions)
    program = await made(as_author.post(imports_of(house), large))
    assert len(await taken_out(as_author, program)) > 1_500_000
    before = await rows(insight)
    over = json.dumps(large).encode().ljust(8_000_001)
    answer = await as_author.post(imports_of(house), content=over, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "core.body_too_large")
    assert await rows(insight) == before


async def test_what_no_import_would_take_is_not_taken_out(as_author: ApiClient, house: House, insight: Insight) -> None:
    program = await made(as_author.post(imports_of(house), BUNDLE))
    async with insight() as arranged:
        await arranged.execute(update(ContentSession).where(ContentSession.number == "1.1").values(title="a" * 201))
    for form in ("json", "markdown"):
        answer = await as_author.get(f"/studio/programs/{program['id']}/export", params={"format": form})
        assert (answer.status_code, answer.json()["code"]) == (409, "studio.program_not_portable")
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"{_DEEP}/title"]


# Who, and how often


async def test_who_works_for_another_client_finds_neither_door(
    as_author: ApiClient, as_outsider: ApiClient, house: House, insight: Insight
) -> None:
    program = await made(as_author.post(imports_of(house), BUNDLE))
    before = await rows(insight)
    for form in ("json", "markdown"):
        hidden = await as_outsider.get(f"/studio/programs/{program['id']}/export", params={"format": form})
        assert (hidden.status_code, hidden.json()["code"]) == (404, "core.not_found")
    refused = await as_outsider.post(imports_of(house), BUNDLE)
    assert (refused.status_code, refused.json()["code"]) == (404, "core.not_found")
    assert await rows(insight) == before


async def test_a_program_moves_to_another_client_by_whoever_works_for_both(
    as_staff: ApiClient, as_outsider: ApiClient, house: House
) -> None:
    program = await made(as_staff.post(imports_of(house), BUNDLE))
    document = await taken_out(as_staff, program)
    theirs = f"/studio/clients/{house.theirs.id}/imports"
    moved = await made(as_staff.post(theirs, content=document, headers=JSON))
    assert moved["slug"] == program["slug"]
    assert await taken_out(as_outsider, moved) == document


async def test_an_import_that_is_repeated_with_its_key_is_done_once(as_author: ApiClient, house: House) -> None:
    first, again = [await as_author.post(imports_of(house), BUNDLE, key="once") for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert len(await listed(as_author, f"/studio/clients/{house.ours.id}/programs")) == 1


async def test_fifty_sessions_cost_as_many_statements_as_one(
    as_author: ApiClient, house: House, engine: AsyncEngine
) -> None:
    spent = []
    for many in (1, 50):
        sessions = [SESSION | {"number": str(place)} for place in range(many)]
        with recorded(engine) as statements:
            program = await made(
                as_author.post(imports_of(house), changed(f"{_CHAPTERS}/0/sessions", sessions), key=f"k{many}")
            )
            await taken_out(as_author, program)
        spent.append(len(statements))
    # One more for the slug, which is taken by then.
    assert spent[1] <= spent[0] + 1
