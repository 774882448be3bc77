"""Seats: sold beyond the capacity, sold twice, kept by somebody who has left."""

from chaos.mutants.mutant import Edit, Mutant

CATALOGUE = "migrations/versions/2026_11_21_0905_academy_create_catalogue.py"
TABLES = "migrations/versions/2026_11_21_0906_academy_create_seats.py"
OWNER = "app/academy/cohorts/seats.py"

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
        ),
        ("oversell",),
        ("counters",),
    ),
    Mutant(
        "read-compare-write",
        "how many seats are taken is read first and written back later",
        (
            NO_CHECK,
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
                '    await seats.give_back(session, enrollment, cohort, "cancelled")\n',
                "",
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
)
