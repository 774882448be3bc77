"""Certificates: one per enrollment and kind, for a paid seat. Asleep until there is a table of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chaos.ledger import Ledger
    from chaos.stage import Stage

_COLUMNS = """
SELECT column_name::text FROM information_schema.columns
WHERE table_schema = 'academy' AND table_name = 'certificates'
"""
_KINDS = ("kind", "type", "certificate_type")


async def certificates(stage: "Stage", _ledger: "Ledger") -> list[str]:
    """Second certificates, and those of somebody who had no right to one."""
    columns = {row[0] for row in await stage.database.fetch(_COLUMNS)}
    if "enrollment_id" not in columns:
        return []
    kind = next((name for name in _KINDS if name in columns), "enrollment_id")
    # the name comes from the list above
    twice = f"""SELECT enrollment_id::text FROM academy.certificates
                GROUP BY enrollment_id, {kind} HAVING count(*) > 1"""  # noqa: S608
    unpaid = """SELECT c.id::text FROM academy.certificates c JOIN academy.enrollments e ON e.id = c.enrollment_id
                WHERE e.payment_status <> 'completed'"""
    return [
        *(f"two certificates of one kind: {row[0]}" for row in await stage.database.fetch(twice)),
        *(f"a certificate for an unpaid seat: {row[0]}" for row in await stage.database.fetch(unpaid)),
    ]
