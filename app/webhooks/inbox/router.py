"""The door for providers: raw bytes, verified, stored, answered. Nothing is worked on here (rules 29 and 30)."""

from typing import Any

from fastapi import Request

from app.core.http.express import express
from app.core.http.problems import refusals
from app.core.http.routing import Router
from app.core.http.session import Session
from app.gateways.errors import SignatureRefused
from app.identity.actor import Actor
from app.webhooks.inbox import service
from app.webhooks.inbox.errors import WebhooksNotConfigured
from app.webhooks.inbox.express import serve_stripe_event
from app.webhooks.inbox.schemas import WebhooksReceipt

router = Router()

STRIPE_EVENT: dict[str, Any] = {
    # The signature is the credential; no bearer token comes with it.
    "security": [{"stripeSignature": []}],
    "requestBody": {
        "required": True,
        "description": "The event exactly as Stripe sends it: the signature is over these bytes.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "additionalProperties": True},
                "examples": {
                    "checkout.session.completed": {
                        "value": {
                            "id": "evt_1SxYzA2eZvKYlo2C0b1c2d3e",
                            "object": "event",
                            "type": "checkout.session.completed",
                            "created": 1793534495,
                            "data": {"object": {"id": "cs_test_a1b2c3", "object": "checkout.session"}},
                        }
                    }
                },
            }
        },
    },
}


@router.post(
    "/stripe",
    response_model=WebhooksReceipt,
    responses=refusals(SignatureRefused, WebhooksNotConfigured),
    openapi_extra=STRIPE_EVENT,
)
@express(serve_stripe_event)
async def receive_stripe_event(request: Request, session: Session) -> dict[str, bool]:
    """Take an event from Stripe.

    Answered once the event is stored; a repeated delivery gets the same answer and changes nothing.
    """
    stripe = request.state.gateways.stripe
    if not stripe.takes_webhooks:
        raise WebhooksNotConfigured
    body = await request.body()
    event = stripe.verify_event(body, request.headers.get("Stripe-Signature"))
    await service.receive_stripe(session, Actor.system(), event, body)
    return {"received": True}
