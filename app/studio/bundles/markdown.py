"""A bundle as files to read: a folder per chapter and session, a Markdown file per content, all in one zip archive."""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO

from app.core.slugs import slug_of
from app.studio.bundles.rules import written
from app.studio.bundles.schemas import StudioBundleProgram, StudioBundleSession, StudioProgramBundle
from app.studio.contents.schemas import StudioArticleCreate, StudioExerciseCreate, StudioQuizCreate, StudioVideoCreate
from app.studio.models import QuizQuestion

# The first instant that a zip archive can name.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644 << 16
_ENDINGS = {"markdown": "md", "plain": "txt", "html": "html", "json": "json"}


def zipped(bundle: StudioProgramBundle) -> bytes:
    """The archive. Stored, not compressed: what a compressor writes differs from one build of zlib to the next."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files_of(bundle):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, content)
    return out.getvalue()


def files_of(bundle: StudioProgramBundle) -> Iterator[tuple[str, bytes]]:
    """Every file: where, and what is in it. Names are made of places and slugs, so none leads out of its folder."""
    program = bundle.program
    yield "program.json", written(bundle)
    yield "README.md", _text(_program(program))
    for kind, known in program.knowledge:
        if known is None:
            continue
        heading = f"# {_line(known.title)}\n\n" if known.title and known.content_format == "markdown" else ""
        yield f"knowledge/{kind}.{_ENDINGS[known.content_format]}", f"{heading}{known.content}\n".encode()
    for place, chapter in enumerate(program.chapters, start=1):
        folder = f"chapters/{_folder(place, len(program.chapters), chapter.title, 'chapter')}"
        about = (f"# {_heading(chapter.number, chapter.title)}", chapter.subtitle, chapter.description)
        yield f"{folder}/README.md", _text(about)
        for inner, session in enumerate(chapter.sessions, start=1):
            deeper = f"{folder}/{_folder(inner, len(chapter.sessions), session.title, 'session')}"
            yield from _session(deeper, session)


def _session(folder: str, session: StudioBundleSession) -> Iterator[tuple[str, bytes]]:
    title = _heading(session.number, session.title)
    about = (
        f"# {title}",
        f"{session.estimated_minutes} minutes",
        _section("Hook", session.hook),
        _section("Description", session.description),
        _section("What is in it for me", session.wiifm),
        _section("Learning objectives", _bullets(session.learning_objectives or ())),
    )
    yield f"{folder}/README.md", _text(about)
    if session.article is not None:
        yield f"{folder}/article.md", _text(_article(title, session.article))
    if session.video is not None:
        yield f"{folder}/video.md", _text(_video(title, session.video))
    if session.quiz is not None:
        yield f"{folder}/quiz.md", _text(_quiz(title, session.quiz))
    if session.exercise is not None:
        yield f"{folder}/exercise.md", _text(_exercise(title, session.exercise))


def _program(program: StudioBundleProgram) -> Iterator[str | None]:
    yield f"# {_line(program.name)}"
    yield program.description
    yield f"Language: {program.language}"
    for chapter in program.chapters:
        yield f"## {_heading(chapter.number, chapter.title)}"
        yield _bullets(_heading(session.number, session.title) for session in chapter.sessions)


def _article(title: str, article: StudioArticleCreate) -> Iterator[str | None]:
    yield f"# {title}: article"
    yield article.content
    sources = (", ".join(filter(None, (each.title, each.url, each.note))) for each in article.sources or ())
    yield _section("Sources", _bullets(sources))


def _video(title: str, video: StudioVideoCreate) -> Iterator[str | None]:
    yield f"# {title}: video"
    yield video.script


def _quiz(title: str, quiz: StudioQuizCreate) -> Iterator[str | None]:
    yield f"# {title}: quiz"
    if settings := quiz.metadata:
        yield _bullets(
            (
                *_if_said("Passed with {} %", settings.passing_percentage),
                *_if_said("At most {} minutes", settings.time_limit_minutes),
                "Questions are shuffled" if settings.shuffles else "Questions keep their order",
            )
        )
    for number, question in enumerate(quiz.questions, start=1):
        yield from _question(number, question)


def _question(number: int, question: QuizQuestion) -> Iterator[str | None]:
    yield f"## {number}. {_line(question.prompt)}"
    yield f"{question.kind.value.replace('_', ' ')}, {question.points} points"
    options = (
        f"[{'x' if option.is_correct else ' '}] {option.text}" + (f" → {option.feedback}" if option.feedback else "")
        for option in question.options
    )
    yield _bullets(options)
    yield question.explanation


def _exercise(title: str, exercise: StudioExerciseCreate) -> Iterator[str | None]:
    yield f"# {title}: {_line(exercise.title) or 'exercise'}"
    yield f"{exercise.exercise_type.value}, {exercise.complexity.value}, {exercise.estimated_minutes} minutes"
    yield exercise.description
    if scenario := exercise.scenario:
        yield _section("Scenario", scenario.situation)
        people = (f"{each.name}: {each.description}" if each.description else each.name for each in scenario.characters)
        yield _bullets((*_if_said("You are: {}", scenario.learner_role), *people))
    if anchor := exercise.learning_anchor:
        yield _section("Learning anchor", anchor.concept)
        yield anchor.reminder
    mentor = exercise.ai_mentor
    yield _section("Mentor", mentor.persona)
    yield mentor.instructions
    yield _bullets((*_if_said("Opening: {}", mentor.opening), *(f"Hint: {hint}" for hint in mentor.hints)))
    criteria = (
        each.criterion if each.weight is None else f"{each.criterion} (weight {each.weight:g})"
        for each in exercise.success_criteria or ()
    )
    yield _section("Success criteria", _bullets(criteria))
    if evaluation := exercise.evaluation:
        yield _section("Evaluation", evaluation.instructions)
        yield from _if_said("Passed with {} %", evaluation.passing_percentage)


def _folder(place: int, of: int, title: str, fallback: str) -> str:
    """Places are padded, so that an alphabetical listing is the order."""
    return f"{place:0{max(2, len(str(of)))}}-{slug_of(title, fallback)}"


def _heading(number: int | str, title: str) -> str:
    return _line(f"{number} {title}")


def _line(text: str) -> str:
    """Text for a place that ends with the line."""
    return " ".join(text.split())


def _section(heading: str, text: str | None) -> str | None:
    return f"## {heading}\n\n{text}" if text else None


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {_line(line)}" for line in lines)


def _if_said(words: str, value: str | float | None) -> tuple[str, ...]:
    return () if value is None else (words.format(value),)


def _text(paragraphs: Iterable[str | None]) -> bytes:
    """What was said, a blank line between each; what was not said is left out."""
    return ("\n\n".join(filter(None, paragraphs)) + "\n").encode()
