"""The whole of a program in one call."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.studio.models import Program
from app.studio.trees.schemas import StudioProgramTree
from tests.factories import studio as make
from tests.studio.house import House, Insight, ids, made, write_program
from tests.support.client import ApiClient
from tests.support.queries import recorded

CONTENTS = ("article", "video", "quiz", "exercise")

GROW = """
INSERT INTO studio.chapters (program_id, number, title, order_index)
SELECT :program, n, 'Chapter ' || n, n FROM generate_series(1, :chapters) n;
INSERT INTO studio.sessions (chapter_id, number, title, order_index)
SELECT id, number || '.' || n, 'Session ' || n, n FROM studio.chapters, generate_series(1, :sessions) n
WHERE program_id = :program;
INSERT INTO studio.articles (session_id, content)
SELECT s.id, repeat('Some words. ', 20) FROM studio.sessions s JOIN studio.chapters c ON c.id = chapter_id
WHERE program_id = :program;
INSERT INTO studio.videos (session_id, script)
SELECT s.id, repeat('Some words. ', 10) FROM studio.sessions s JOIN studio.chapters c ON c.id = chapter_id
WHERE program_id = :program;
INSERT INTO studio.quizzes (session_id, questions)
SELECT s.id, jsonb_build_array(jsonb_build_object('kind', 'open', 'prompt', 'Why?'))
FROM studio.sessions s JOIN studio.chapters c ON c.id = chapter_id WHERE program_id = :program;
INSERT INTO studio.exercises (session_id, exercise_type, title, description, ai_mentor)
SELECT s.id, 'REFLECTION', 'Look back', 'How was it?', jsonb_build_object('persona', 'p', 'instructions', 'i')
FROM studio.sessions s JOIN studio.chapters c ON c.id = chapter_id WHERE program_id = :program
"""


async def grow(insight: Insight, program: dict[str, Any], chapters: int, sessions: int) -> None:
    """Fill an empty program, each session with its four contents."""
    values = {"program": UUID(program["id"]), "chapters": chapters, "sessions": sessions}
    async with insight() as arranged:
        for statement in GROW.split(";"):
            given = {name: value for name, value in values.items() if f":{name}" in statement}
            await arranged.execute(text(statement), given)


@pytest.mark.req("S-HIE-01")
async def test_three_hundred_sessions_with_all_their_contents_come_in_one_call_of_three_statements(
    as_author: ApiClient, house: House, insight: Insight, engine: AsyncEngine
) -> None:
    spent = []
    for chapters, sessions in ((0, 0), (1, 1), (20, 15)):
        program = await write_program(as_author, house, ())
        await grow(insight, program, chapters, sessions)
        with recorded(engine) as statements:
            answer = await as_author.get(f"/studio/programs/{program['id']}/tree")
        assert answer.status_code == 200
        spent.append([each for each in statements if "lyceum.ticket', ''" not in each])
    tree = answer.json()
    assert [len(each["sessions"]) for each in tree["chapters"]] == [15] * 20
    assert all(session[kind] for each in tree["chapters"] for session in each["sessions"] for kind in CONTENTS)
    assert (tree["total_sessions"], tree["estimated_hours"]) == (300, 50.0)
    # Who asks, on whose behalf, and the tree.
    assert [len(each) for each in spent] == [3, 3, 3]


@pytest.mark.req("S-HIE-01")
async def test_the_tree_is_in_order_and_says_null_for_what_is_not_written(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    program = await write_program(as_author, house, (2, 0, 1))
    first, second, third = ids(program["chapters"])
    one, two, three = ids(program["sessions"])
    await as_author.put(f"/studio/programs/{program['id']}/chapter-order", {"chapter_ids": [third, first, second]})
    await as_author.put(f"/studio/chapters/{first}/session-order", {"session_ids": [two, one]})
    async with insight() as arranged:
        arranged.add_all([make.article(UUID(one)), make.exercise(UUID(three))])
    tree = (await as_author.get(f"/studio/programs/{program['id']}/tree")).json()
    assert ids(tree["chapters"]) == [third, first, second]
    assert [ids(each["sessions"]) for each in tree["chapters"]] == [[three], [two, one], []]
    written = {session["id"]: [kind for kind in CONTENTS if session[kind]] for session in sessions_in(tree)}
    assert written == {one: ["article"], two: [], three: ["exercise"]}
    shown = (await as_author.get(f"/studio/programs/{program['id']}")).json()
    assert shown.items() <= tree.items()


def sessions_in(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [session for chapter in tree["chapters"] for session in chapter["sessions"]]


async def test_every_part_brings_the_version_to_edit_it_with(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (1,))
    tree = (await as_author.get(f"/studio/programs/{program['id']}/tree")).json()
    session = sessions_in(tree)[0]
    for path, part in (
        (f"/studio/programs/{tree['id']}", tree),
        (f"/studio/chapters/{tree['chapters'][0]['id']}", tree["chapters"][0]),
        (f"/studio/sessions/{session['id']}", session),
    ):
        answer = await as_author.get(path)
        assert answer.headers["etag"] == f'"{part["version"]}"'
        body = {"name" if "programs" in path else "title": "Edited from the tree"}
        assert (await as_author.patch(path, body, headers={"If-Match": f'"{part["version"]}"'})).status_code == 200


async def test_what_the_database_writes_is_what_the_schema_would_write(
    as_author: ApiClient, house: House, insight: Insight
) -> None:
    """The document goes out as PostgreSQL wrote it: no field too many, none missing, none of another type."""
    program = await write_program(as_author, house, (1,))
    session_id = UUID(ids(program["sessions"])[0])
    async with insight() as arranged:
        arranged.add_all([each(session_id) for each in (make.article, make.video, make.quiz, make.exercise)])
    answer = await as_author.get(f"/studio/programs/{program['id']}/tree")
    assert answer.headers["content-type"] == "application/json"
    assert StudioProgramTree.model_validate_json(answer.text).model_dump(mode="json") == answer.json()


async def test_times_come_in_the_form_that_was_asked_for(as_author: ApiClient, house: House) -> None:
    program = await write_program(as_author, house, (1,))
    path = f"/studio/programs/{program['id']}/tree"
    plain = (await as_author.get(path)).json()
    answer = (await as_author.get(path, headers={"Time-Format": "unix-ms"})).json()
    assert isinstance(answer["created_at"], int)
    assert answer["chapters"] == plain["chapters"]


async def test_a_whole_second_is_written_as_everywhere(as_author: ApiClient, house: House, insight: Insight) -> None:
    program = await made(as_author.post(f"/studio/clients/{house.ours.id}/programs", {"name": "P"}))
    async with insight() as arranged:
        await arranged.execute(update(Program).values(created_at=text("'2027-03-01 09:00:00+00'")))
    path = f"/studio/programs/{program['id']}"
    tree, shown = (await as_author.get(f"{path}/tree")).json(), (await as_author.get(path)).json()
    assert tree["created_at"] == shown["created_at"] == "2027-03-01T09:00:00Z"
