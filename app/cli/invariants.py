"""`lyceum doctor --invariants`: every promise with its number, and a few of the rows that break it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import app.worker  # noqa: F401  (fills the book of listeners: who hears which event)
from app.core.database.engine import create_sessions, normalise
from app.core.invariants import Finding, Kind
from app.flows.invariants.queries import look as ask


async def look(database_url: str) -> list[Finding]:
    """All of them in one snapshot of that database. Changes nothing."""
    address, arguments = normalise(database_url)
    engine = create_async_engine(address, poolclass=NullPool, connect_args={"timeout": 5, **arguments})
    try:
        async with create_sessions(engine)() as session:
            return await ask(session)
    finally:
        await engine.dispose()


def are_kept(findings: Sequence[Finding]) -> bool:
    """Whether nothing is broken, and everything could be looked at. What is late is no breach."""
    return all(each.is_kept or (each.invariant.kind is Kind.late and each.error is None) for each in findings)


def for_programs(findings: Sequence[Finding]) -> dict[str, Any]:
    """The findings as plain values."""
    return {
        "kept": are_kept(findings),
        "invariants": [
            {
                "name": each.invariant.name,
                "kind": each.invariant.kind.value,
                "says": each.invariant.says,
                "source": each.invariant.source,
                "violations": each.violations,
                "error": each.error,
                "samples": [{"subject": sample.subject, "detail": sample.detail} for sample in each.samples],
            }
            for each in findings
        ],
    }


def for_people(findings: Sequence[Finding]) -> str:
    """One line each; below those that do not hold, what they say and some of the rows."""
    width = max(len(each.invariant.name) for each in findings)
    lines = []
    for each in findings:
        number = "?" if each.violations is None else str(each.violations)
        verdict = "kept" if each.is_kept else each.error or each.invariant.kind.value
        lines.append(f"{each.invariant.name:<{width}}  {number:>6}  {verdict}")
        if not each.is_kept:
            lines.append(f"    {each.invariant.says} ({each.invariant.source})")
            lines += [f"    {sample.subject}  {sample.detail}" for sample in each.samples]
    kinds = {kind: sum(1 for each in findings if each.violations and each.invariant.kind is kind) for kind in Kind}
    unknown = sum(1 for each in findings if each.violations is None)
    lines.append(f"{len(findings)} looked at: {kinds[Kind.broken]} broken, {kinds[Kind.late]} late, {unknown} unknown")
    return "\n".join(lines)
