"""Money: events taken twice or in their order only, pages opened twice, money that nobody gives back."""

from chaos.mutants.mutant import Edit, Mutant

OWNER = "app/academy/payments/service.py"
INBOX = "migrations/versions/2026_11_21_0902_webhooks_create_inbox.py"
STRIPE = "app/gateways/stripe/client.py"

MONEY = (
    Mutant(
        "webhook-taken-twice",
        "an event that comes again is taken in again",
        (
            Edit(
                INBOX, '        sa.UniqueConstraint("source", "external_id", name="uq_inbox_source_external_id"),\n', ""
            ),
            Edit(
                "app/webhooks/inbox/service.py",
                '.on_conflict_do_nothing(index_elements=["source", "external_id"])',
                "",
            ),
        ),
        ("stripe_orders",),
        ("doubled",),
    ),
    Mutant(
        "only-in-order",
        "whatever Stripe told last is believed: money that came in, also after it went back",
        (Edit(OWNER, "    if payment.state in MONEY_WAS_HERE:\n        return\n", ""),),
        ("stripe_orders",),
        ("money",),
    ),
    Mutant(
        "late-news-undo",
        "that a payment is under way is believed, also after it has come in",
        (Edit(OWNER, "    if payment.state in {PaymentState.created, PaymentState.open}:\n", "    if payment.id:\n"),),
        ("stripe_orders",),
        ("money", "counters", "orphaned work"),
    ),
    Mutant(
        "refund-keeps-the-seat",
        "whoever has the money back keeps the seat",
        (Edit(OWNER, '        await seats.give_back(session, enrollment, cohort, "refunded")\n', "        pass\n"),),
        ("stripe_orders",),
        ("counters", "money"),
    ),
    Mutant(
        "page-without-a-key",
        "a payment page is asked for under another key each time",
        (
            Edit(
                STRIPE,
                '                params=params, options={"idempotency_key": idempotency_key}\n',
                '                params=params, options={"idempotency_key": f"{idempotency_key} {random.random()}"}\n',
            ),
            Edit(STRIPE, "max_network_retries=NETWORK_RETRIES", "max_network_retries=0"),
        ),
        ("storm-redis",),
        ("outside effects",),
    ),
    Mutant(
        "refund-never-sent",
        "a refund counts as sent before Stripe was asked for it",
        (
            Edit(
                "app/academy/payments/jobs.py",
                "    refund_id = await _refund(job, event, payment.stripe_payment_intent_id, payment.enrollment_id)\n",
                "    refund_id = None\n",
            ),
        ),
        ("storm-workers",),
        ("orphaned work", "money"),
    ),
)
