"""Offers of paths as admins write them; how they are shown is in `paths/schemas.py`."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from app.academy.courses.schemas import Currency
from app.academy.models import BillingInterval, OfferKind
from app.core.http.schema import Body, Cents, Flag, absent

_FIELDS: JsonDict = {
    "kind": "subscription",
    "for_organizations": True,
    "price_cents": 29900,
    "currency": "usd",
    "billing_interval": "month",
}

StripePriceId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,255}$"), Field(description="The price at Stripe, price_…")
]


class AcademyPathOfferCreate(Body):
    """A new offer, on sale at once. A subscription has a `billing_interval`, a bundle has none."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELDS]})

    kind: OfferKind
    for_organizations: Flag = False
    price_cents: Cents
    currency: Currency = "usd"
    billing_interval: BillingInterval | None = None
    stripe_price_id: StripePriceId | None = None


class AcademyPathOfferUpdate(Body):
    """What may change; another kind or interval is another offer. Who has bought keeps the former price."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"price_cents": 24900}]})

    for_organizations: Flag = absent()
    price_cents: Cents = absent()
    currency: Currency = absent()
    stripe_price_id: StripePriceId | None = None
    is_active: Flag = absent()
