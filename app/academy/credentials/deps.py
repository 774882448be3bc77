"""The credential that a path names: anybody who has its address may see it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.academy.credentials import queries
from app.academy.credentials.queries import Known
from app.core.http.session import Session


async def credential_from_path(credential_id: UUID, session: Session) -> Known:
    """The credential, of whichever kind. Raises `CredentialUnknown`."""
    return await queries.get_credential(session, credential_id)


CredentialPath = Annotated[Known, Depends(credential_from_path)]
