"""What contents refuse."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict


class ContentExists(Conflict):
    """A session has one of each kind (S-HIE-02)."""

    code = "studio.content_exists"
    title = "This session has one already"


class ContentIncomplete(Conflict):
    """Empty is for drafts: what is in review can be read (Z-197)."""

    code = "studio.content_incomplete"
    title = "Something that a review needs is missing"


for _table in ("articles", "videos", "quizzes", "exercises"):
    refuse_constraint(f"uq_{_table}_session_id", ContentExists)
for _rule in ("ck_articles_content", "ck_videos_script", "ck_quizzes_questions"):
    refuse_constraint(_rule, ContentIncomplete)
