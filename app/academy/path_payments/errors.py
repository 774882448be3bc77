"""What the till for paths refuses."""

from app.core.constraints import refuse_constraint
from app.core.errors import Conflict, Invalid


class PathAlreadyEnrolled(Conflict):
    """Somebody is in a path once; an expired enrollment can be renewed (A-LPA-03)."""

    code = "academy.path_already_enrolled"
    title = "Already enrolled in this path"


class PathNotForSale(Conflict):
    """The path is not active, or it has no price of this kind."""

    code = "academy.path_not_for_sale"
    title = "This path cannot be bought like this"


class PathOfferUnknown(Invalid):
    """The offer is of another path, not active any more, or for organizations."""

    code = "academy.path_offer_unknown"
    title = "There is no such offer of this path"


class PathCheckoutOpen(Conflict):
    """Another checkout of the same person and path has begun at this very moment."""

    code = "academy.path_checkout_open"
    title = "Another checkout for this path is open"


class PathPaymentSettling(Conflict):
    """The bank has a payment for this path; it has to settle before anything else is bought."""

    code = "academy.path_payment_settling"
    title = "A payment for this path is being settled"


class PathNothingToRefund(Conflict):
    """Its money has not come in, or is going back already."""

    code = "academy.path_nothing_to_refund"
    title = "There is nothing to refund"


refuse_constraint("uq_path_purchases_open", PathCheckoutOpen)
