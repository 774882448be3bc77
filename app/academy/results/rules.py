"""From how many people on an average says nothing about one of them."""

# As everywhere where people are counted (A-PRV-09).
SMALLEST_GROUP = 5


def may_be_told(learners: int) -> bool:
    """Whether figures of so many people may be told."""
    return learners >= SMALLEST_GROUP
