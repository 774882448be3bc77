"""What learning paths refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class PathPricing(Invalid):
    """A bundled path has a price of its own, any other has none (Z-123)."""

    code = "academy.path_pricing"
    title = "The price does not fit the pricing model"


class PathNotFit(Conflict):
    """What is active can be followed to its end and be bought; `errors` says what is missing."""

    code = "academy.path_not_fit"
    title = "This path cannot be followed or bought like this"


class PathHasPeople(Conflict):
    """Who is in a path keeps it: take it out of the catalogue instead."""

    code = "academy.path_has_people"
    title = "There are people in this path: deactivate it instead"


class PathSkillUnknown(Invalid):
    """A skill is named by its id."""

    code = "academy.path_skill_unknown"
    title = "There is no such skill"


class ThumbnailUnknown(Invalid):
    """A thumbnail is an uploaded file, named by its id."""

    code = "academy.thumbnail_unknown"
    title = "There is no such file"


refuse_constraint("fk_learning_path_skills_skill_id", PathSkillUnknown)
refuse_constraint("fk_learning_paths_thumbnail_id", ThumbnailUnknown)
refuse_constraint("fk_user_path_enrollments_path_id", PathHasPeople)
refuse_constraint("fk_path_certificates_path_id", PathHasPeople)
refuse_constraint("fk_entitlements_learning_path_id", PathHasPeople)
