"""AI Fundamentals before and after the course: the description's two assessments and its five sample questions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.academy.assessments import service as assessments
from app.academy.assessments.schemas import AcademyAssessmentCreate
from app.academy.models import AssessmentType, Course
from app.academy.permissions import AcademyActor
from app.academy.questions import service as questions
from app.academy.questions.schemas import AcademyQuestionCreate

HOUSE = AcademyActor.system()

# The description names three skills for its assessments, and the free answer tests one more. Of what it calls AI
# concepts its own taxonomy knows the part that is asked here: what a model makes of data.
_CONCEPTS, _PROMPTS, _TOOLS, _CASES = (
    "data-literacy",
    "prompt-engineering",
    "ai-tool-selection",
    "use-case-identification",
)
NAMED = (_CONCEPTS, _PROMPTS, _TOOLS)

_COMMON: dict[str, Any] = {
    "randomize_questions": True,
    "randomize_answers": True,
    # Of a larger pool, once there is one: until then an attempt draws all there are.
    "questions_per_attempt": 20,
    "time_limit": 30,
}
PRE: dict[str, Any] = _COMMON | {
    "title": "AI Fundamentals - Pre-Assessment",
    "description": "Measure your current AI knowledge before the course",
    "type": AssessmentType.pre_course,
    "passing_score": 0,
    "allow_retake": False,
    "max_attempts": 1,
    "show_correct_answers": "never",
}
POST: dict[str, Any] = _COMMON | {
    "title": "AI Fundamentals - Post-Assessment",
    "description": "Measure your learning gains after completing the course",
    "type": AssessmentType.post_course,
    "passing_score": 70,
    "allow_retake": True,
    "max_attempts": 3,
    "show_correct_answers": "after_passing",
}


def _answer(name: str, text: str, feedback: str, *, is_correct: bool = False) -> dict[str, Any]:
    return {"id": name, "text": text, "is_correct": is_correct, "feedback": feedback}


QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        _CONCEPTS,
        {
            "question_type": "multiple_choice",
            "question_text": ("What is the primary difference between machine learning and traditional programming?"),
            "difficulty": "medium",
            "points": 5,
            "answers": [
                _answer(
                    "mc1-a",
                    "Machine learning models learn patterns from data instead of following explicit instructions",
                    "Correct! ML models discover patterns from training data.",
                    is_correct=True,
                ),
                _answer(
                    "mc1-b",
                    "Machine learning is faster than traditional programming",
                    "Speed isn't the primary difference; it's about how rules are created.",
                ),
                _answer(
                    "mc1-c",
                    "Machine learning uses more memory than traditional programming",
                    "Resource usage isn't the defining characteristic.",
                ),
                _answer(
                    "mc1-d",
                    "Machine learning doesn't require any programming",
                    "ML still requires programming, but the approach is different.",
                ),
            ],
        },
    ),
    (
        _PROMPTS,
        {
            "question_type": "multiple_select",
            "question_text": (
                "Which of the following are effective prompt engineering techniques? (Select all that apply)"
            ),
            "difficulty": "medium",
            "points": 10,
            "answers": [
                _answer(
                    "ms1-a",
                    "Providing clear context and role definitions",
                    "Yes! Context helps the AI understand the task.",
                    is_correct=True,
                ),
                _answer("ms1-b", "Using all capital letters for emphasis", "Caps don't improve AI comprehension."),
                _answer(
                    "ms1-c",
                    "Breaking complex tasks into step-by-step instructions",
                    "Correct! Chain-of-thought prompting improves results.",
                    is_correct=True,
                ),
                _answer(
                    "ms1-d",
                    "Including examples of desired outputs",
                    "Yes! Few-shot learning is a powerful technique.",
                    is_correct=True,
                ),
            ],
        },
    ),
    (
        _TOOLS,
        {
            "question_type": "true_false",
            "question_text": "ChatGPT Plus is always the best choice for business AI applications",
            "difficulty": "easy",
            "points": 3,
            "answers": [
                _answer(
                    "tf1-true",
                    "True",
                    "Incorrect. Different use cases require different tools (ChatGPT, Claude, specialized APIs, etc.)",
                ),
                _answer(
                    "tf1-false",
                    "False",
                    "Correct! Tool selection depends on use case, budget, data privacy needs, and integration"
                    " requirements.",
                    is_correct=True,
                ),
            ],
        },
    ),
    (
        _CASES,
        {
            "question_type": "open_ended",
            "question_text": (
                "Describe a specific business process in your organization that could benefit from AI automation."
                " Explain what tasks would be automated and what the expected outcomes would be. (150-300 words)"
            ),
            "difficulty": "hard",
            "points": 15,
            "ai_grading_enabled": True,
            "sample_answer": (
                "Sample answer: In our marketing department, we spend 10+ hours weekly manually categorizing customer"
                " support tickets. An AI system could: 1) Read incoming tickets, 2) Categorize by urgency, topic, and"
                " department, 3) Route to appropriate teams, 4) Suggest response templates. Expected outcomes: 80%"
                " reduction in manual categorization time, faster response times, more consistent routing, and"
                " data-driven insights on common issues."
            ),
            "rubric": [
                {"id": "process", "text": "Names one specific business process of an organization", "points": 5},
                {"id": "tasks", "text": "Explains which tasks would be automated, and how", "points": 5},
                {"id": "outcomes", "text": "States outcomes that could be measured", "points": 5},
            ],
        },
    ),
    (
        _PROMPTS,
        {
            "question_type": "rating_scale",
            "question_text": "How confident are you in your ability to write effective prompts for AI tools?",
            "difficulty": "easy",
            "points": 0,
            "scale_max": 5,
            "scale_labels": {"min": "Not confident at all", "max": "Very confident"},
        },
    ),
)


async def furnish(session: AsyncSession, course: Course, skills: Mapping[str, UUID]) -> None:
    """Both assessments, the second repeating the first's questions, ready to be taken. `skills` are known by slug."""
    named = [skills[slug] for slug in NAMED]
    pre, post = [
        await assessments.create_assessment(
            session, HOUSE, AcademyAssessmentCreate(course_id=course.id, skill_ids=named, **wanted)
        )
        for wanted in (PRE, POST)
    ]
    for order, (slug, content) in enumerate(QUESTIONS):
        body = AcademyQuestionCreate(skill_ids=[skills[slug]], sort_order=order, **content)
        await questions.create_question(session, HOUSE, pre, body)
    await questions.pair(session, HOUSE, post, pre.id)
    for each in (pre, post):
        await assessments.publish_assessment(session, HOUSE, each)
