"""The queue: people passed over, offers that hold no seat or hold it for ever."""

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
        "no-lock-on-the-cohort",
        "seats are offered without the cohort's lock, and waiters whom somebody else looks at are skipped",
        (
            Edit("app/academy/cohorts/counters.py", "        .with_for_update(of=Cohort, key_share=True)\n", ""),
            Edit(
                OWNER,
                ".with_for_update(of=WaitlistEntry, key_share=True)",
                ".with_for_update(of=WaitlistEntry, key_share=True, skip_locked=True)",
            ),
        ),
        ("waitlist_order",),
        ("counters", "answers"),
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
            Edit(
                "app/academy/cohorts/seats.py",
                "held = held - CAST(:from_offer AS integer), updated_at",
                "held = held, updated_at",
            ),
        ),
        ("offers",),
        ("counters",),
    ),
    Mutant(
        "past-the-queue",
        "somebody new may take a seat while others wait for it",
        (
            Edit(
                "app/academy/cohorts/seats.py",
                "max_capacity AND (waiting = 0 OR :past_queue))",
                "max_capacity + 5 * CAST(:past_queue AS integer))",
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
