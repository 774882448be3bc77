"""Reads of what a bundle is made of. Whether there is a program for the caller is decided by row-level security."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.studio.models import ProgramKnowledge


async def get_knowledge(session: AsyncSession, program_id: UUID) -> dict[str, Any]:
    """What a program is written from, by type, each in its present version."""
    known = ProgramKnowledge
    rows = select(known.type, known.title, known.content, known.content_format).where(known.program_id == program_id)
    return {
        row.type: {"title": row.title, "content": row.content, "content_format": row.content_format}
        for row in await session.execute(rows)
    }
