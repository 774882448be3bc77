"""What the money side refuses."""

from app.core.errors import AppError, Conflict


class NothingToRefund(Conflict):
    """No payment of this enrollment can be given back, or not as much."""

    code = "academy.nothing_to_refund"
    title = "There is nothing (left) to refund"


class PaymentSettling(Conflict):
    """The bank has the payment; what becomes of the seat is decided when it settles."""

    code = "academy.payment_settling"
    title = "The payment is being settled"


class PaymentRefused(AppError):
    """Stripe understood the checkout and would not open it."""

    status = 502
    code = "academy.payment_refused"
    title = "The payment provider refused the checkout"
