"""Seats: sold beyond the capacity, sold twice, kept by somebody who has left."""

from chaos.mutants.mutant import Edit, Mutant

CATALOGUE = "migrations/versions/2026_11_21_0905_academy_create_catalogue.py"
TABLES = "migrations/versions/2026_11_21_0906_academy_create_seats.py"
OWNER = "app/academy/cohorts/seats.py"
LANE = "app/academy/enrollments/express.py"

# The constraint would turn an oversold seat into an error; here the equation is on trial.
NO_CHECK = Edit(
    CATALOGUE,
    '"current_enrollment >= 0 AND held >= 0 AND current_enrollment + held <= max_capacity AND waiting >= 0",',
    '"current_enrollment > -1000000",',
)

SEATS = (
    Mutant(
        "no-capacity-condition",
        "a seat is taken without looking how many are left in the same statement",
        (
            NO_CHECK,
            Edit(OWNER, "current_enrollment + held < max_capacity AND (waiting = 0", "true AND (waiting = 0"),
            Edit(LANE, "        Cohort.current_enrollment + _CROWD.c.number <= Cohort.max_capacity,\n", ""),
        ),
        ("oversell",),
        ("counters",),
    ),
    Mutant(
        "read-compare-write",
        "how many seats are taken is read first and written back later (the lane of the ordinary case is closed)",
        (
            NO_CHECK,
            Edit("app/academy/enrollments/router.py", "@express(serve_checkout)\n", ""),
            Edit(
                OWNER,
                "    SET current_enrollment = current_enrollment + 1, held",
                "    SET current_enrollment = (SELECT seen.current_enrollment FROM academy.cohorts seen,"
                " pg_sleep(0.01) WHERE seen.id = :cohort_id) + 1, held",
            ),
        ),
        ("oversell",),
        ("counters",),
    ),
    Mutant(
        "capacity-set-blindly",
        "the number of seats is lowered without looking how many are taken",
        (
            NO_CHECK,
            Edit(
                OWNER,
                ".where(Cohort.id == cohort_id, Cohort.current_enrollment + Cohort.held <= max_capacity)",
                ".where(Cohort.id == cohort_id)",
            ),
        ),
        ("capacity",),
        ("counters",),
    ),
    Mutant(
        "two-seats-of-one-person",
        "nothing keeps one person from a second seat in a cohort",
        (
            Edit(
                TABLES,
                '"uq_enrollments_seat",\n        "enrollments",\n        '
                '["user_id", "cohort_id"],\n        unique=True',
                '"uq_enrollments_seat",\n        "enrollments",\n        '
                '["user_id", "cohort_id"],\n        unique=None',
            ),
            Edit(OWNER, "    if has_seat:\n        raise AlreadyEnrolled\n", ""),
            Edit(LANE, ".where(seat.scalar_subquery().is_(None), used_key", ".where(used_key"),
        ),
        ("oversell",),
        ("doubled",),
    ),
    Mutant(
        "cancelled-and-still-seated",
        "whoever cancels keeps the seat",
        (
            Edit(
                "app/academy/enrollments/service.py",
                "        enrollment.payment_status = PaymentStatus.failed\n"
                '    await seats.give_back(session, enrollment, cohort, "cancelled")\n',
                "        enrollment.payment_status = PaymentStatus.failed\n",
            ),
        ),
        ("capacity",),
        ("counters",),
    ),
    Mutant(
        "counter-left-behind",
        "a seat is given back, and the counter is not told",
        (
            Edit(
                OWNER,
                "    await counters.change(session, cohort.id, current_enrollment=Cohort.current_enrollment - 1)\n",
                "",
            ),
        ),
        ("capacity",),
        ("counters",),
    ),
    Mutant(
        "company-on-one-seat",
        "buyers who are sold to together are counted as one",
        (
            Edit(
                LANE,
                ".values(current_enrollment=Cohort.current_enrollment + _CROWD.c.number)",
                ".values(current_enrollment=Cohort.current_enrollment + 1)",
            ),
        ),
        ("oversell",),
        ("counters",),
    ),
    Mutant(
        "answers-mixed-up",
        "of buyers who are sold to together each gets the answer of another",
        (Edit(LANE, "sales.get(number) for number", "sales.get(len(buyers) + 1 - number) for number"),),
        ("oversell",),
        ("lost",),
    ),
    Mutant(
        "sold-without-its-key",
        "the ordinary case does not write down under which key a seat was sold",
        (Edit(LANE, '_keys().cte("key"), ', ""),),
        ("oversell",),
        ("doubled",),
    ),
    Mutant(
        "sold-without-a-word",
        "a seat is sold and not announced",
        (Edit(LANE, ', _events().cte("event")', ""),),
        ("oversell",),
        ("orphaned work",),
    ),
)
