"""The worker process: every jobs module of the house, listed, and the pool that runs them.

A feature that listens adds its line here; nothing is found by magic.
"""

import asyncio
import signal

import app.academy.ai_grading.jobs
import app.academy.assessment_reminders.jobs
import app.academy.attempts.jobs
import app.academy.badges.jobs
import app.academy.certificates.jobs
import app.academy.cohorts.jobs
import app.academy.enrollments.jobs
import app.academy.evidence.jobs
import app.academy.gain.jobs
import app.academy.notices.jobs
import app.academy.path_enrollments.jobs
import app.academy.path_payments.jobs
import app.academy.path_progress.jobs
import app.academy.paths.jobs
import app.academy.payments.jobs
import app.academy.people.jobs
import app.academy.progress.jobs
import app.academy.quiz_evidence.jobs
import app.academy.stripe_events.jobs
import app.academy.waitlist.jobs
import app.core.outbox.months
import app.core.outbox.prune
import app.crm.completion.jobs
import app.crm.participation.jobs
import app.crm.programs.jobs
import app.flows.invariants.jobs
import app.identity.magic_links.jobs
import app.identity.sessions.jobs
import app.media.files.jobs
import app.notifications.mails.jobs
import app.webhooks.inbox.jobs  # noqa: F401  (each import fills the book of listeners)
from app.core.database.engine import create_engine, create_sessions
from app.core.logging import configure_logging
from app.core.outbox.listen import listeners
from app.core.outbox.pool import WorkerPool
from app.gateways import Gateways, build_gateways
from app.settings import settings


async def serve() -> None:
    """Work until SIGTERM or SIGINT; what runs may finish, leases of the rest are given back."""
    configured = settings().or_refuse()
    configure_logging(configured.server.log_level)
    engine = create_engine(configured.database)
    gateways = build_gateways(configured)
    pool = WorkerPool(
        create_sessions(engine), listeners(), {Gateways: gateways}, configured.redis.url.get_secret_value()
    )
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, pool.stop)
    try:
        await pool.run()
    finally:
        await gateways.aclose()
        await engine.dispose()
