"""Identity's table of contents."""

from app.core.http.routing import Router
from app.identity.accounts.router import router as accounts
from app.identity.identities.router import router as identities
from app.identity.magic_links.router import page
from app.identity.magic_links.router import router as magic_links
from app.identity.organizations.router import router as organizations
from app.identity.sessions.router import router as sessions
from app.identity.sessions.router import well_known

router = Router(prefix="/identity", tags=["identity"])

# Signing in
router.include_router(magic_links)  # /identity/magic-links
router.include_router(sessions)  # /identity/sessions
router.include_router(identities)  # /identity/identities

# Who one is
router.include_router(accounts)  # /identity/account
router.include_router(organizations)  # /identity/organizations, /identity/memberships

# Outside of the prefix
root = Router(tags=["identity"])
root.include_router(well_known)  # /.well-known/jwks.json
root.include_router(page)  # /sign-in
