"""The CRM's table of contents: its features' routers, one line each."""

from app.core.http.routing import Router
from app.crm.audit.router import router as audit
from app.crm.events.router import router as events
from app.crm.participation.router import router as participation
from app.crm.programs.router import router as programs

router = Router(prefix="/crm", tags=["crm"])

router.include_router(programs)  # /organizations/{organization_id}/programs  /programs
router.include_router(participation)  # /programs/{program_id}/participants  /participations  /me/participations
router.include_router(events)  # /organizations/{organization_id}/events  /events  /programs/{program_id}/events
router.include_router(audit)  # /organizations/{organization_id}/audit-entries
