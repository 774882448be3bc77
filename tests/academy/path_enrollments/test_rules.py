"""Which acts move an enrollment in a path."""

import pytest

from app.academy.models import PathEnrollmentStatus
from app.academy.path_enrollments import rules
from app.academy.path_enrollments.rules import Act

ACTIVE, PAUSED = PathEnrollmentStatus.active, PathEnrollmentStatus.paused


@pytest.mark.req("A-LPA-10")
@pytest.mark.parametrize(
    ("status", "act", "after"),
    [
        ("active", Act.pause, PAUSED),
        ("paused", Act.pause, PAUSED),
        ("completed", Act.pause, None),
        ("expired", Act.pause, None),
        ("active", Act.resume, ACTIVE),
        ("paused", Act.resume, ACTIVE),
        ("completed", Act.resume, None),
        ("expired", Act.resume, None),
    ],
)
def test_what_goes_on_rests_and_what_rests_goes_on(status: str, act: Act, after: PathEnrollmentStatus | None) -> None:
    assert rules.after(status, act) == after
