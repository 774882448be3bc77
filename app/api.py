"""The map of the API: one line per domain router.

A new domain adds its line to `SYSTEMS` (it can be switched off with LYCEUM_SYSTEMS) or to `SHARED` (it cannot).
"""

from collections.abc import Collection

from fastapi import APIRouter

from app.academy import router as academy
from app.core.http.guard import BodyRule
from app.core.http.routing import Router
from app.crm import router as crm
from app.flows import router as flows
from app.identity import router as identity
from app.notifications import router as notifications
from app.studio import router as studio
from app.webhooks import router as webhooks

PREFIX = "/api/v1"
_MEBIBYTE = 1 << 20

# Below every system: accounts, files, inbox, webhooks, privacy.
SHARED: tuple[APIRouter, ...] = (
    identity.router,  # /identity    accounts, sign-in, organizations
    flows.router,  # /identity/me
    notifications.router,  # /notifications    one inbox for all systems
    webhooks.router,  # /webhooks    events from providers
)

# The five systems, by the word that switches them on.
SYSTEMS: dict[str, APIRouter] = {
    "academy": academy.router,  # /academy     cohort courses: catalogue, seats, payments, waitlist
    "crm": crm.router,  # /crm         programs of organizations, participation, events
    "studio": studio.router,  # /studio     authoring of training content for clients
}

# Outside of the prefix: /.well-known/jwks.json, and the page behind a sign-in link.
ROOT: tuple[APIRouter, ...] = (identity.root,)

# The same of a system: the addresses that are written into credentials.
SYSTEM_ROOTS: dict[str, APIRouter] = {"academy": academy.root}

# Where a request may carry something else than up to a megabyte of JSON.
BODY_RULES = (
    BodyRule(f"{PREFIX}/webhooks/stripe", _MEBIBYTE),
    BodyRule(f"{PREFIX}/webhooks/calcom", _MEBIBYTE),
    BodyRule(f"{PREFIX}/webhooks/planning-center", _MEBIBYTE),
    BodyRule(f"{PREFIX}/studio/clients/", limit=8_000_000, suffix="/imports", deadline=60.0),
)


def build_router(systems: Collection[str]) -> APIRouter:
    """All routes of the API with the given systems switched on."""
    router = Router()
    for root in ROOT:
        router.include_router(root)
    for shared in SHARED:
        router.include_router(shared, prefix=PREFIX)
    for name, system in SYSTEMS.items():
        if name in systems:
            router.include_router(system, prefix=PREFIX)
            if name in SYSTEM_ROOTS:
                router.include_router(SYSTEM_ROOTS[name])
    return router
