"""Identity's tables, one file per aggregate. Importing the package fills the shared MetaData."""

from app.identity.models.accounts import Account, AccountIdentity, AccountStatus
from app.identity.models.credentials import CredentialKind, IntegrationCredential, IntegrationSystem
from app.identity.models.organizations import Organization, OrganizationMembership, OrganizationRole
from app.identity.models.sign_in import AuthSession, MagicLink, SignInMethod

__all__ = [
    "Account",
    "AccountIdentity",
    "AccountStatus",
    "AuthSession",
    "CredentialKind",
    "IntegrationCredential",
    "IntegrationSystem",
    "MagicLink",
    "Organization",
    "OrganizationMembership",
    "OrganizationRole",
    "SignInMethod",
]
