"""What is refused about offers of paths."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class OfferInterval(Invalid):
    """A subscription is paid every month or year, a bundle once."""

    code = "academy.offer_interval"
    title = "The interval does not fit the kind of offer"


class StripePriceTaken(Conflict):
    """A price at Stripe stands for one offer."""

    code = "academy.stripe_price_taken"
    title = "Another offer has this Stripe price"


refuse_constraint("uq_path_offers_stripe_price_id", StripePriceTaken)
