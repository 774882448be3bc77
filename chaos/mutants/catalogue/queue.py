"""The queue: people passed over, offers that hold no seat or hold it for ever."""

from chaos.mutants.catalogue.seats import NO_CHECK
from chaos.mutants.mutant import Edit, Mutant

OWNER = "app/academy/cohorts/queue.py"

QUEUE = (
    Mutant(
        "last-come-first-served",
        "free seats are offered from the end of the line",
        (Edit(OWNER, ".order_by(WaitlistEntry.position)", ".order_by(WaitlistEntry.position.desc())"),),
        ("waitlist_order",),
        ("counters",),
    ),
    Mutant(
        "offer-without-a-seat",
        "an offer holds no seat",
        (Edit(OWNER, "held=Cohort.held + len(offered), waiting", "held=Cohort.held, waiting"),),
        ("waitlist_order",),
        ("counters",),
    ),
    Mutant(
        "accepted-and-still-held",
        "an accepted offer goes on holding a seat",
        (
            NO_CHECK,
            Edit(
                "app/academy/cohorts/seats.py",
                "held = held - CAST(:from_offer AS integer)",
                "held = held",
            ),
        ),
        ("offers",),
        ("counters",),
    ),
    Mutant(
        "held-seat-sold",
        "a seat that is held for somebody in the queue is sold to somebody new",
        (
            NO_CHECK,
            Edit(
                "app/academy/cohorts/seats.py",
                "current_enrollment + held < max_capacity AND (waiting = 0 OR :past_queue))",
                "current_enrollment < max_capacity AND (true OR :past_queue))",
            ),
        ),
        ("waitlist_order",),
        ("counters",),
    ),
    Mutant(
        "offer-ends-twice",
        "an offer that has ended can end once more",
        (
            Edit(
                OWNER,
                "    if entry.status not in LIVE or (only_if_over and not (was_offered and is_over)):",
                "    if only_if_over and not is_over:",
            ),
        ),
        ("offers",),
        ("counters", "doubled", "lost"),
    ),
    Mutant(
        "freed-seat-forgotten",
        "an offer that was declined or is over passes its seat on to nobody",
        (
            Edit(
                OWNER,
                "        await counters.change(session, cohort_id, held=Cohort.held - 1)\n"
                "        await fill_seats(session, cohort_id)\n",
                "        await counters.change(session, cohort_id, held=Cohort.held - 1)\n",
            ),
        ),
        ("offers",),
        ("counters", "doubled", "orphaned work"),
    ),
)
