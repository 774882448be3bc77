"""Grading: what an answer is worth, by rules where rules can say it, by a person where they cannot (A-ASM-07 to 11).

An attempt is graded when nothing of it waits for a person; until then it has no score and nobody has passed or failed.
What a model says is a feature of its own, `ai_grading`; here it is one more grade that may have to be looked at. Every
grade by a model or a person is kept (`response_grades`), so that an override leaves what it overrode to be seen.
"""
