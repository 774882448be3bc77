"""What the worker does about certificates: their files, and what a refund takes back."""

import asyncio
from datetime import timedelta

from app.academy.certificates import service
from app.academy.permissions import AcademyActor
from app.core.database import AsyncSession
from app.core.outbox.listen import every, on
from app.core.outbox.run import JobRun
from app.core.storage import file_store
from app.domain_events.academy import CertificateFilesRequested, EnrollmentRefunded

HOUSE = AcademyActor.system()


@on(CertificateFilesRequested)
async def make_certificate_files(job: JobRun, event: CertificateFilesRequested) -> None:
    """Set the papers of a certificate and keep them; then it is issued (A-CRT-04)."""
    async with job.transaction() as session:
        order = await service.order_files(session, HOUSE, event.certificate_id, is_path=event.is_path)
    if order is None:
        return
    made = await asyncio.to_thread(service.make_files, order)
    store, keys = file_store(), {order.pdf.id: order.pdf.storage_key}
    if order.png is not None:
        keys[order.png.id] = order.png.storage_key
    for file_id, content in made.items():
        await asyncio.to_thread(store.put, keys[file_id], content)
    async with job.transaction() as session:
        await service.settle_files(session, HOUSE, order, made)


@every(hours=1, at=timedelta(minutes=20))
async def ask_for_missing_files(session: AsyncSession) -> None:
    """Ask again for files whose jobs gave up."""
    await service.ask_again(session, HOUSE)


@on(EnrollmentRefunded)
async def revoke_refunded_certificate(session: AsyncSession, event: EnrollmentRefunded) -> None:
    """Who was paid back has no certificate of the course (A-CRT-07)."""
    await service.revoke_refunded(session, HOUSE, event.enrollment_id)
