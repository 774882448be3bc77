"""Asking for a sign-in link, and the page behind it where no front end is."""

import base64
import hashlib
import re

from fastapi import Depends
from fastapi.responses import HTMLResponse

from app.core.http.access import public
from app.core.http.limits import limited
from app.core.http.routing import Router
from app.core.http.session import Session
from app.identity.actor import Actor
from app.identity.magic_links import rules, service
from app.identity.magic_links.schemas import IdentityMagicLinkAccepted, IdentityMagicLinkCreate

router = Router()
page = Router()

_PAGE = rules.sign_in_page()
_HASHES = {
    kind: base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    for kind in ("script", "style")
    if (found := re.search(rf"<{kind}>(.*?)</{kind}>", _PAGE, re.DOTALL))
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; connect-src 'self'; script-src 'sha256-{_HASHES['script']}'; "
        f"style-src 'sha256-{_HASHES['style']}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


@router.post(
    "/magic-links",
    status_code=202,
    response_model=IdentityMagicLinkAccepted,
    dependencies=[Depends(limited("magic-links", quota=60))],
    openapi_extra=public(),
)
async def create_magic_link(body: IdentityMagicLinkCreate, session: Session) -> IdentityMagicLinkAccepted:
    """Have a sign-in link sent to an address.

    The answer is the same for known and unknown addresses. The link works once, for ten minutes; what it carries goes
    into `POST /identity/sessions`. An address gets at most five links an hour.
    """
    await service.request_link(session, Actor.system(), body)
    return IdentityMagicLinkAccepted()


@page.get("/sign-in", include_in_schema=False, openapi_extra=public())
async def show_sign_in() -> HTMLResponse:
    """The page a link leads to: it shows a button, and only the button uses the link up."""
    return HTMLResponse(_PAGE, headers=_HEADERS)
