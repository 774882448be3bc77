"""Who the caller is."""

from app.core.http.express import express
from app.core.http.routing import Router
from app.core.http.session import Session
from app.flows.current_account import queries
from app.flows.current_account.express import serve_me
from app.flows.current_account.schemas import IdentityMe
from app.identity.deps import CurrentActor

router = Router(prefix="/identity", tags=["identity"])


@router.get("/me", response_model=IdentityMe)
@express(serve_me)
async def get_me(actor: CurrentActor, session: Session) -> queries.Me:
    """Read who the caller is, in every system."""
    return await queries.get_me(session, actor)
