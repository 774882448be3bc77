"""A course that is being held, as for grading."""

from tests.academy.grading.conftest import learner_client, room, teacher_client

__all__ = ["learner_client", "room", "teacher_client"]
