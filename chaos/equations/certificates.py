"""Certificates: one that holds per enrollment, for a paid seat, with its papers, and with a proof that verifies."""

import asyncio
from typing import TYPE_CHECKING

from app.cli.credentials import check

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

_QUESTIONS = {
    "two certificates that hold": """
        SELECT enrollment_id::text FROM academy.certificates WHERE revoked_at IS NULL
        GROUP BY enrollment_id HAVING count(*) > 1""",
    "two certificates in one place of the status list": """
        SELECT status_position::text FROM academy.certificates GROUP BY status_position HAVING count(*) > 1""",
    "a certificate for an unpaid seat": """
        SELECT c.id::text FROM academy.certificates c JOIN academy.enrollments e ON e.id = c.enrollment_id
        WHERE e.payment_status <> 'completed'""",
    "a certificate without completion": """
        SELECT c.id::text FROM academy.certificates c JOIN academy.enrollments e ON e.id = c.enrollment_id
        WHERE e.completed_at IS NULL""",
    "a certificate without its papers": """
        SELECT id::text FROM academy.certificates
        WHERE revoked_at IS NULL AND (status = 'issuing' OR pdf_id IS NULL OR badge_image_id IS NULL)""",
}
_PAPERS = """
SELECT f.storage_key FROM academy.certificates c JOIN core.files f ON f.id IN (c.pdf_id, c.badge_image_id)
"""
_SOME = "SELECT id, revoked_at IS NOT NULL AS is_revoked FROM academy.certificates ORDER BY md5(id::text) LIMIT 10"


async def certificates(stage: "Stage", _ledger: "Ledger") -> list[str]:
    """Second certificates, those of somebody who had no right to one, papers that are missing, proofs that fail."""
    offences = []
    for what, question in _QUESTIONS.items():
        offences += [f"{what}: {row[0]}" for row in await stage.database.fetch(question)]
    return [*offences, *await _papers(stage), *await _proofs(stage)]


async def _papers(stage: "Stage") -> list[str]:
    keys = [row[0] for row in await stage.database.fetch(_PAPERS)]
    folder = stage.folder / "files"
    return [f"a paper that was kept and is not there: {key}" for key in keys if not (folder / key[:2] / key).is_file()]


async def _proofs(stage: "Stage") -> list[str]:
    """What `lyceum verify` says of some of them, with the issuer's keys and status list as the API publishes them."""
    offences = []
    for row in await stage.database.fetch(_SOME):
        address = f"{stage.api_urls[0]}/api/v1/academy/credentials/{row['id']}"
        _, said = await asyncio.to_thread(check, address, (), (), stage.folder / "verified")
        if not said[0].startswith("revoked:" if row["is_revoked"] else "valid:"):
            offences.append(f"certificate {row['id']}: {said[0]}")
    return offences
