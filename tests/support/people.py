"""People, not tokens: whoever is named gets a login of their own."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.identity import tokens
from app.identity.models import AuthSession, SignInMethod


async def access_token(session: AsyncSession, account_id: UUID) -> str:
    """An access token of a fresh login. Commits, so that requests see what the test has arranged so far."""
    login = AuthSession(
        account_id=account_id,
        method=SignInMethod.command_line,
        refresh_hash=secrets.token_bytes(32),
        expires_at=utc_now() + timedelta(days=1),
    )
    session.add(login)
    await session.commit()
    return tokens.issue(account_id, login.id)
