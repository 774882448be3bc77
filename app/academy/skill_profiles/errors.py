"""What is refused about skill profiles."""

from app.core.errors import Forbidden


class ProfileNotShared(Forbidden):
    """A manager sees of a learner what the learner allows (A-PRV-01)."""

    code = "academy.profile_not_shared"
    title = "This learner shows no skills to their organization"
