"""What is refused about groups of steps."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class PathGroupHasSteps(Conflict):
    """A choice that people are offered does not vanish under its steps."""

    code = "academy.path_group_has_steps"
    title = "Take the steps out of the group first"


refuse_constraint("fk_learning_path_steps_step_group_id_path_id", PathGroupHasSteps)
