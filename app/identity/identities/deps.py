"""Asking Google who came back, before any transaction is open."""

from app.core.errors import FieldError, Invalid
from app.gateways.errors import GatewayRefused
from app.gateways.google.client import GoogleGateway
from app.gateways.google.types import GoogleIdentity
from app.identity.identities.errors import GoogleRefused
from app.identity.identities.schemas import IdentityGoogleProof
from app.settings import settings

# What a client can cause; any other refusal is a fault of our configuration and stays one.
CAUSED_BY_CLIENTS = {"invalid_grant", "invalid_id_token"}


async def google_identity(google: GoogleGateway, proof: IdentityGoogleProof) -> GoogleIdentity:
    """Exchange the code. Raises `Invalid` for an address of ours that is not registered, and `GoogleRefused`."""
    known = settings().google.redirect_uris
    if known and proof.redirect_uri not in known:
        unknown = FieldError("/redirect_uri", "redirect_uri_unknown", "This address is not registered here")
        raise Invalid(errors=(unknown,))
    try:
        return await google.exchange_code(
            proof.google_code,
            code_verifier=proof.code_verifier,
            redirect_uri=proof.redirect_uri,
            nonce=proof.nonce,
        )
    except GatewayRefused as refused:
        if refused.reason in CAUSED_BY_CLIENTS:
            raise GoogleRefused from refused
        raise
