"""What the academy promises of its rows: seats, their queues, the money, learning, levels of skills, paths.

Several of these are constraints as well. They are said here all the same: a constraint can be dropped by a migration,
and the sentence beside its number is what an operator reads.
"""

from app.core.invariants import Invariant, Kind

SEATS = (
    Invariant(
        "academy.seats_counted",
        "a cohort's current_enrollment is the number of its enrollments with a seat",
        "A-COH-04",
        """
        SELECT cohort.id AS subject, format('counter %s, rows %s', current_enrollment, coalesce(rows, 0)) AS detail
        FROM academy.cohorts cohort
        LEFT JOIN (SELECT cohort_id, count(*) AS rows FROM academy.enrollments WHERE has_seat GROUP BY 1) seated
               ON seated.cohort_id = cohort.id
        WHERE current_enrollment <> coalesce(rows, 0)
        """,
    ),
    Invariant(
        "academy.offers_counted",
        "a cohort's held is the number of live offers of its seats",
        "A-WTL-05",
        """
        SELECT cohort.id AS subject, format('counter %s, rows %s', held, coalesce(rows, 0)) AS detail
        FROM academy.cohorts cohort
        LEFT JOIN (SELECT offered_cohort_id, count(*) AS rows FROM academy.waitlist
                   WHERE status = 'offered' GROUP BY 1) offered ON offered.offered_cohort_id = cohort.id
        WHERE held <> coalesce(rows, 0)
        """,
    ),
    Invariant(
        "academy.waiters_counted",
        "a cohort's waiting is the number of people in its queue",
        "A-COH-04",
        """
        SELECT cohort.id AS subject, format('counter %s, rows %s', waiting, coalesce(rows, 0)) AS detail
        FROM academy.cohorts cohort
        LEFT JOIN (SELECT cohort_id, count(*) AS rows FROM academy.waitlist
                   WHERE status = 'waiting' GROUP BY 1) queued ON queued.cohort_id = cohort.id
        WHERE waiting <> coalesce(rows, 0)
        """,
    ),
    Invariant(
        "academy.capacity_kept",
        "no cohort has more seats taken and offered, by its rows or its counters, than it has",
        "A-ENR-05",
        """
        SELECT cohort.id AS subject,
               format('%s of %s', greatest(taken, current_enrollment + held), max_capacity) AS detail
        FROM academy.cohorts cohort
        LEFT JOIN (SELECT place.cohort_id, count(*) AS taken FROM (
                       SELECT cohort_id FROM academy.enrollments WHERE has_seat
                       UNION ALL
                       SELECT offered_cohort_id FROM academy.waitlist WHERE status = 'offered'
                   ) place GROUP BY 1) place ON place.cohort_id = cohort.id
        WHERE greatest(taken, current_enrollment + held) > max_capacity
        """,
    ),
    Invariant(
        "academy.one_place_each",
        "nobody has two places (seats or live offers) in one cohort",
        "rule 14",
        """
        SELECT place.cohort_id AS subject, format('%s places of %s', count(*), place.user_id) AS detail
        FROM (SELECT cohort_id, user_id FROM academy.enrollments WHERE has_seat
              UNION ALL
              SELECT offered_cohort_id, user_id FROM academy.waitlist WHERE status = 'offered') place
        GROUP BY place.cohort_id, place.user_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "academy.organization_seats_counted",
        "an organization's seats_used lies between the seats it has and those plus the ones it lost to a late leaver",
        # A seat that is given back after the cohort's start is not returned, and no row says when the start was then:
        # hence bounds. Both are the same number until somebody leaves a cohort that has begun.
        "A-ORG-08",
        """
        SELECT customer.id AS subject,
               format('counter %s, rows %s to %s', seats_used, coalesce(seated, 0), coalesce(spent, 0)) AS detail
        FROM academy.organizations customer
        LEFT JOIN (
            SELECT enrollment.organization_id, count(*) FILTER (WHERE has_seat) AS seated,
                   count(*) FILTER (WHERE has_seat OR enrollment_status <> 'transferred' AND (
                       cohort.start_date <= now() OR cohort.status IN ('in_progress', 'completed'))) AS spent
            FROM academy.enrollments enrollment JOIN academy.cohorts cohort ON cohort.id = enrollment.cohort_id
            WHERE enrollment.organization_id IS NOT NULL GROUP BY 1
        ) used ON used.organization_id = customer.id
        WHERE seats_used NOT BETWEEN coalesce(seated, 0) AND coalesce(spent, 0) OR seats_used > seats_purchased
        """,
    ),
    Invariant(
        "academy.no_seat_after_the_end",
        "no enrollment that failed, was cancelled or moved, or was refunded before the start, still has a seat",
        "A-ENR-16",
        """
        SELECT enrollment.id AS subject, format('%s, %s', enrollment_status, payment_status) AS detail
        FROM academy.enrollments enrollment JOIN academy.cohorts cohort ON cohort.id = enrollment.cohort_id
        WHERE has_seat AND (enrollment_status <> 'active' OR payment_status = 'failed' OR payment_status = 'refunded'
                            AND cohort.start_date > now() AND cohort.status IN ('scheduled', 'open'))
        """,
    ),
    Invariant(
        "academy.enrollments_are_announced",
        "every enrollment of the last day was announced, and announced as confirmed once it was paid",
        # Moved from another cohort, it is announced as that: who had a seat there was confirmed before.
        "X-EVT-01",
        """
        SELECT enrollment.id AS subject, payment_status AS detail FROM academy.enrollments enrollment
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE kind <> 'academy.enrollment_confirmed') AS made,
                   count(*) FILTER (WHERE kind <> 'academy.enrollment_created') AS sold
            FROM core.outbox event
            WHERE event.key = enrollment.id AND event.kind IN (
                'academy.enrollment_created', 'academy.enrollment_confirmed', 'academy.enrollment_transferred')
        ) told
        WHERE enrollment.created_at > now() - interval '1 day'
          AND (told.made = 0 OR payment_status = 'completed' AND told.sold = 0)
        """,
    ),
    Invariant(
        "academy.a_pending_seat_ends",
        "every unpaid seat has an end, or a payment that is settling",
        "A-ENR-14",
        """
        SELECT id AS subject, 'pending without an end' AS detail FROM academy.enrollments enrollment
        WHERE has_seat AND payment_status = 'pending' AND hold_expires_at IS NULL
          AND NOT EXISTS (SELECT FROM academy.payments payment
                          WHERE payment.enrollment_id = enrollment.id AND payment.state = 'processing')
        """,
    ),
    Invariant(
        "academy.holds_are_released",
        "no unpaid seat is kept for over fifteen minutes after its end",
        "A-ENR-14",
        """
        SELECT id AS subject, format('since %s', hold_expires_at) AS detail FROM academy.enrollments
        WHERE has_seat AND payment_status = 'pending' AND hold_expires_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.cancelled_cohorts_are_settled",
        "nobody sits in a cohort that was cancelled over an hour ago",
        "A-COH-07",
        """
        SELECT enrollment.id AS subject, format('cohort %s', cohort.id) AS detail
        FROM academy.cohorts cohort JOIN academy.enrollments enrollment ON enrollment.cohort_id = cohort.id
        WHERE cohort.status = 'cancelled' AND cohort.updated_at < now() - interval '1 hour'
          AND enrollment.has_seat AND enrollment.enrollment_status = 'active'
        """,
        Kind.late,
    ),
)

QUEUE = (
    Invariant(
        "academy.nobody_overtaken",
        "nobody still waits in a queue of which somebody behind them was offered a seat that they could have had",
        # Of the course's queue, a seat of this cohort could not go to whoever had one there, or an offer, at some time.
        "A-WTL-02",
        """
        SELECT first.id AS subject, format('position %s, offered: %s', first.position, furthest) AS detail
        FROM academy.waitlist first
        JOIN (SELECT cohort_id, max(position) AS furthest FROM academy.waitlist
              WHERE offered_at IS NOT NULL GROUP BY 1) served USING (cohort_id)
        WHERE first.status = 'waiting' AND furthest > first.position
        UNION ALL
        SELECT first.id, format('position %s of the course', first.position) FROM academy.waitlist first
        WHERE first.status = 'waiting' AND first.cohort_id IS NULL AND EXISTS (
            SELECT FROM academy.waitlist later
            WHERE later.course_id = first.course_id AND later.cohort_id IS NULL AND later.position > first.position
              AND later.offered_at IS NOT NULL
              AND NOT EXISTS (SELECT FROM academy.enrollments enrollment
                              WHERE enrollment.user_id = first.user_id
                                AND enrollment.cohort_id = later.offered_cohort_id)
              AND NOT EXISTS (SELECT FROM academy.waitlist own
                              WHERE own.user_id = first.user_id AND own.offered_cohort_id = later.offered_cohort_id))
        """,
    ),
    Invariant(
        "academy.places_in_line_are_unique",
        "no two entries of one queue have the same position, and none lies beyond the last that was given",
        "rule 15",
        """
        SELECT min(entry.id::text) AS subject, format('position %s, %s entries', entry.position, count(*)) AS detail
        FROM academy.waitlist entry JOIN academy.courses course ON course.id = entry.course_id
        LEFT JOIN academy.cohorts cohort ON cohort.id = entry.cohort_id
        GROUP BY entry.course_id, entry.cohort_id, entry.position
        HAVING count(*) > 1
            OR entry.position > max(coalesce(cohort.waitlist_last_position, course.waitlist_last_position))
        """,
    ),
    Invariant(
        "academy.accepted_offers_have_a_seat",
        "exactly the entries that ended as enrolled name an enrollment, of the same person and cohort",
        "A-WTL-07",
        """
        SELECT entry.id AS subject, entry.status AS detail FROM academy.waitlist entry
        LEFT JOIN academy.enrollments enrollment ON enrollment.id = entry.enrollment_id
        WHERE (entry.status = 'enrolled') <> (entry.enrollment_id IS NOT NULL)
           OR enrollment.user_id <> entry.user_id
           OR enrollment.cohort_id <> entry.offered_cohort_id
        """,
    ),
    Invariant(
        "academy.offers_end",
        "no offer is open for over fifteen minutes after its end",
        "A-WTL-08",
        """
        SELECT id AS subject, format('since %s', offer_expires_at) AS detail FROM academy.waitlist
        WHERE status = 'offered' AND offer_expires_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.free_seats_are_offered",
        "no cohort has a free seat and somebody in its queue, with nothing happening, for over fifteen minutes",
        "A-WTL-02",
        """
        SELECT cohort.id AS subject,
               format('%s free, %s wait', max_capacity - current_enrollment - held, waiting) AS detail
        FROM academy.cohorts cohort JOIN academy.courses course ON course.id = cohort.course_id
        WHERE cohort.status = 'open' AND course.status = 'published' AND start_date > now() AND waiting > 0
          AND current_enrollment + held < max_capacity AND cohort.updated_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.queues_are_closed",
        "nobody waits for a cohort that began or was cancelled over fifteen minutes ago",
        "A-COH-07",
        """
        SELECT entry.id AS subject, format('%s, cohort %s', entry.status, cohort.status) AS detail
        FROM academy.cohorts cohort JOIN academy.waitlist entry
          ON entry.cohort_id = cohort.id AND entry.status = 'waiting'
          OR entry.offered_cohort_id = cohort.id AND entry.status = 'offered'
        WHERE cohort.status IN ('in_progress', 'completed', 'cancelled')
          AND cohort.updated_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
)

# What came in, while Stripe has not said: what was to be paid.
_CAME_IN = "coalesce(amount_paid_cents, amount_cents)"

MONEY = (
    Invariant(
        "academy.money_has_a_seat_or_goes_back",
        "every payment that came in and is not going back belongs to a paid enrollment, with its seat until they leave",
        "A-PAY-04",
        """
        SELECT payment.id AS subject,
               format('%s, %s, %s', enrollment_status, payment_status,
                      CASE WHEN has_seat THEN 'a seat' ELSE 'no seat' END) AS detail
        FROM academy.payments payment JOIN academy.enrollments enrollment ON enrollment.id = payment.enrollment_id
        WHERE payment.state = 'paid' AND NOT (
            payment_status = 'completed'
            AND (enrollment_status = 'active' AND has_seat OR enrollment_status = 'cancelled'))
        """,
    ),
    Invariant(
        "academy.paid_seats_have_their_money",
        "every completed enrollment that went through a checkout has a payment that came in",
        # One that was free, granted, or is an organization's never had a checkout.
        "A-PAY-01",
        """
        SELECT enrollment.id AS subject, enrollment_status AS detail FROM academy.enrollments enrollment
        WHERE payment_status = 'completed' AND enrollment_status <> 'transferred'
          AND (stripe_checkout_session_id IS NOT NULL
               OR EXISTS (SELECT FROM academy.payments payment WHERE payment.enrollment_id = enrollment.id))
          AND NOT EXISTS (SELECT FROM academy.payments payment
                          WHERE payment.enrollment_id = enrollment.id AND payment.state IN ('paid', 'refund_due'))
        """,
    ),
    Invariant(
        "academy.nobody_pays_twice",
        "no enrollment keeps two payments",
        "A-PAY-02",
        """
        SELECT enrollment_id AS subject, format('%s payments', count(*)) AS detail
        FROM academy.payments WHERE state = 'paid' GROUP BY 1 HAVING count(*) > 1
        """,
    ),
    Invariant(
        "academy.one_checkout_at_a_time",
        "no enrollment has two checkouts that could both be paid",
        "A-PAY-07",
        """
        SELECT enrollment_id AS subject, format('%s open', count(*)) AS detail
        FROM academy.payments WHERE state IN ('created', 'open', 'processing') GROUP BY 1 HAVING count(*) > 1
        """,
    ),
    Invariant(
        "academy.paid_amounts_are_known",
        "every payment that came in says how much, and when",
        "A-PAY-01",
        """
        SELECT id AS subject, state AS detail FROM academy.payments
        WHERE state IN ('paid', 'refund_due') AND (amount_paid_cents IS NULL OR paid_at IS NULL)
        """,
    ),
    Invariant(
        "academy.refunds_within_payments",
        "no more was given back, or asked to be, than came in; what counts as refunded went back whole",
        "A-PAY-03",
        f"""
        SELECT id AS subject,
               format('%s: came in %s, back %s, asked %s', state, {_CAME_IN}, refunded_cents, refund_requested_cents)
               AS detail
        FROM academy.payments
        WHERE greatest(refunded_cents, refund_requested_cents) > {_CAME_IN}
           OR state = 'refunded' AND refunded_cents < amount_paid_cents
        """,  # noqa: S608  (a constant)
    ),
    Invariant(
        "academy.checkouts_end",
        "no checkout is open for over an hour after its end",
        "A-ENR-14",
        """
        SELECT id AS subject, format('%s since %s', state, expires_at) AS detail FROM academy.payments
        WHERE state IN ('created', 'open') AND expires_at < now() - interval '1 hour'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.refunds_arrive",
        "no refund is due for over a day",
        "A-PAY-04",
        """
        SELECT payment.id AS subject, coalesce(refund_reason, 'no reason') AS detail FROM academy.payments payment
        WHERE state = 'refund_due' AND updated_at < now() - interval '1 hour'
          AND coalesce((SELECT min(event.created_at) FROM core.outbox event
                        WHERE event.key = payment.id AND event.kind = 'academy.refund_requested'), '-infinity')
              < now() - interval '1 day'
        """,
        Kind.late,
    ),
)

LEARNING = (
    Invariant(
        "academy.attempts_end",
        "no attempt runs for over fifteen minutes after its time was over",
        "A-ASM-02",
        """
        SELECT id AS subject, format('since %s', expires_at) AS detail FROM academy.assessment_attempts
        WHERE status = 'in_progress' AND expires_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.handed_in_is_graded",
        "every attempt that was handed in is graded, or has an answer that waits for a person",
        "A-ASM-08",
        """
        SELECT attempt.id AS subject, format('handed in %s', submitted_at) AS detail
        FROM academy.assessment_attempts attempt
        WHERE status = 'submitted' AND NOT EXISTS (
            SELECT FROM academy.question_responses response
            WHERE response.attempt_id = attempt.id AND review_state IN ('flagged', 'required'))
        """,
    ),
    Invariant(
        "academy.certificates_are_paid",
        "no certificate holds whose seat was refunded over fifteen minutes ago, or was never paid",
        "A-CRT-07",
        """
        SELECT certificate.id AS subject, payment_status AS detail FROM academy.certificates certificate
        JOIN academy.enrollments enrollment ON enrollment.id = certificate.enrollment_id
        WHERE revoked_at IS NULL AND payment_status <> 'completed'
          AND enrollment.updated_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.certificates_have_papers",
        "no certificate is without its files for over two hours",
        "A-CRT-04",
        """
        SELECT id AS subject, format('since %s', created_at) AS detail
        FROM (SELECT id, created_at, status, revoked_at FROM academy.certificates
              UNION ALL
              SELECT id, created_at, status, revoked_at FROM academy.path_certificates) certificate
        WHERE status = 'issuing' AND revoked_at IS NULL AND created_at < now() - interval '2 hours'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.path_numbers_are_given_once",
        "no number of a path certificate lies beyond the last that was given in its year",
        "A-LPC-02",
        """
        SELECT certificate.id AS subject, certificate_number AS detail FROM academy.path_certificates certificate
        LEFT JOIN academy.path_certificate_years given ON given.year = split_part(certificate_number, '-', 2)::integer
        WHERE split_part(certificate_number, '-', 3)::integer > coalesce(last_number, 0)
        """,
    ),
)

SKILLS = (
    Invariant(
        "academy.evidence_counted",
        "a learner's evidence_count of a skill is the number of their pieces of evidence that count",
        "A-SKL-06",
        """
        SELECT coalesce(progress.id, kept.competency_id) AS subject,
               format('counter %s, rows %s', coalesce(evidence_count, 0), coalesce(rows, 0)) AS detail
        FROM academy.user_skill_progress progress
        FULL JOIN (SELECT user_id, skill_id, count(*) AS rows, min(competency_id::text)::uuid AS competency_id
                   FROM academy.competency_evidence evidence
                   JOIN academy.competencies competency ON competency.id = evidence.competency_id
                   WHERE withdrawn_at IS NULL GROUP BY 1, 2) kept USING (user_id, skill_id)
        WHERE coalesce(evidence_count, 0) <> coalesce(rows, 0)
        """,
    ),
    Invariant(
        "academy.levels_are_earned",
        "no level is without a person's signature, or else without the evidence that it once took",
        # What was corrected or withdrawn since counts as it was: a level that was reached is not lost (0021).
        "A-SKL-09",
        """
        SELECT progress.id AS subject, format('%s, passed by %s types', current_level, coalesce(types, 0)) AS detail
        FROM academy.user_skill_progress progress
        LEFT JOIN (
            SELECT evidence.user_id, competency.skill_id, count(DISTINCT evidence_type) AS types
            FROM academy.competency_evidence evidence
            JOIN academy.competencies competency ON competency.id = evidence.competency_id
            WHERE passed OR EXISTS (SELECT FROM academy.evidence_changes change
                                    WHERE change.evidence_id = evidence.id AND change.passed_before)
            GROUP BY 1, 2
        ) shown USING (user_id, skill_id)
        WHERE NOT verified_by_instructor AND CASE current_level
            WHEN 'none' THEN false
            WHEN 'foundational' THEN coalesce(types, 0) < 1
            WHEN 'practitioner' THEN coalesce(types, 0) < 2
            ELSE true
        END
        """,
    ),
    Invariant(
        "academy.signatures_have_their_badge",
        "every approved level has a badge of that level, signed for or issued before",
        "A-SKL-09",
        """
        SELECT sign_off.id AS subject, sign_off.level AS detail FROM academy.skill_sign_offs sign_off
        WHERE decision = 'approved' AND NOT EXISTS (
            SELECT FROM academy.skill_badges badge
            WHERE badge.id = sign_off.badge_id AND badge.user_id = sign_off.user_id
              AND badge.skill_id = sign_off.skill_id AND badge.level = sign_off.level)
        """,
    ),
)

PATHS = (
    Invariant(
        "academy.path_people_counted",
        "a path's counts are the numbers of those who are or were in it, and of those who completed it",
        "A-LPA-05",
        """
        SELECT path.id AS subject,
               format('enrolled %s, rows %s; completed %s, rows %s', enrollment_count, coalesce(people, 0),
                      completion_count, coalesce(completed, 0)) AS detail
        FROM academy.learning_paths path
        LEFT JOIN (SELECT path_id, count(*) AS people, count(completed_at) AS completed
                   FROM academy.user_path_enrollments GROUP BY 1) rows ON rows.path_id = path.id
        WHERE enrollment_count <> coalesce(people, 0) OR completion_count <> coalesce(completed, 0)
        """,
    ),
    Invariant(
        "academy.completed_paths_are_certified",
        "whoever completed a path has its certificate, one that counts or one that was revoked, and never two that do",
        "A-LPA-08",
        """
        SELECT enrollment.id AS subject, format('%s certificates, %s count', made, live) AS detail
        FROM academy.user_path_enrollments enrollment
        CROSS JOIN LATERAL (
            SELECT count(*) AS made, count(*) FILTER (WHERE revoked_at IS NULL) AS live
            FROM academy.path_certificates certificate WHERE certificate.enrollment_id = enrollment.id
        ) certified
        WHERE live > 1 OR status = 'completed' AND made = 0 OR completed_at IS NULL AND live > 0
        """,
    ),
    Invariant(
        "academy.path_progress_agrees",
        "whoever is going a path is shown the share of its required steps, choices counted once, that they have done",
        # Fifteen minutes are for the worker to follow a path whose steps were changed.
        "A-LPA-06",
        """
        WITH unit AS (
            SELECT step.path_id, coalesce(step.step_group_id, step.id) AS id,
                   coalesce(max(choice.choose_n), 1) AS needed
            FROM academy.learning_path_steps step
            LEFT JOIN academy.learning_path_step_groups choice ON choice.id = step.step_group_id
            GROUP BY 1, 2 HAVING bool_or(step.is_required)
        ), done AS (
            SELECT completion.path_enrollment_id, coalesce(step.step_group_id, step.id) AS id, count(*) AS members
            FROM academy.path_step_completions completion
            JOIN academy.learning_path_steps step ON step.id = completion.step_id GROUP BY 1, 2
        )
        SELECT enrollment.id AS subject, format('shown %s, rows %s', progress_percent, percent) AS detail
        FROM academy.user_path_enrollments enrollment JOIN academy.learning_paths path ON path.id = enrollment.path_id
        CROSS JOIN LATERAL (
            SELECT coalesce(100 * count(*) FILTER (WHERE done.members >= needed) / nullif(count(*), 0), 0) AS percent
            FROM unit LEFT JOIN done ON done.id = unit.id AND done.path_enrollment_id = enrollment.id
            WHERE unit.path_id = enrollment.path_id
        ) counted
        WHERE enrollment.status = 'active' AND progress_percent <> percent
          AND greatest(enrollment.updated_at, path.updated_at) < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.path_seats_are_their_learners",
        "a seat that a path pays for belongs to the person in the path",
        "Z-127",
        """
        SELECT seat.id AS subject, format('of %s, path of %s', seat.user_id, enrollment.user_id) AS detail
        FROM academy.enrollments seat
        JOIN academy.user_path_enrollments enrollment ON enrollment.id = seat.path_enrollment_id
        WHERE seat.user_id <> enrollment.user_id
        """,
    ),
    Invariant(
        "academy.bought_paths_are_open",
        "no bundle that was paid for over fifteen minutes ago has let nobody in, unless its money goes back",
        "Z-124",
        """
        SELECT id AS subject, format('paid %s', paid_at) AS detail FROM academy.path_purchases
        WHERE kind = 'bundle' AND state = 'paid' AND path_enrollment_id IS NULL
          AND updated_at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.path_access_is_paid",
        "nobody goes a path whose money went back over fifteen minutes ago, unless they bought it anew",
        "A-LPA-12",
        """
        SELECT enrollment.id AS subject, format('%s, refunded %s', enrollment.status, returned.at) AS detail
        FROM academy.user_path_enrollments enrollment
        CROSS JOIN LATERAL (
            SELECT max(updated_at) AS at, bool_or(state IN ('paid', 'refund_due')) AS is_paid
            FROM academy.path_purchases purchase WHERE purchase.path_enrollment_id = enrollment.id
        ) returned
        WHERE enrollment.status <> 'expired' AND NOT returned.is_paid
          AND enrollment.payment_type IN ('bundle', 'subscription')
          AND enrollment.stripe_checkout_session_id IS NOT NULL AND returned.at < now() - interval '15 minutes'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.paths_run_out",
        "nobody is in a path for over an hour after their time was over",
        "A-LPA-10",
        """
        SELECT id AS subject, format('%s since %s', status, expires_at) AS detail
        FROM academy.user_path_enrollments
        WHERE status IN ('active', 'paused') AND expires_at < now() - CASE payment_type
              WHEN 'subscription' THEN interval '2 hours' ELSE interval '1 hour' END
        """,
        Kind.late,
    ),
    Invariant(
        "academy.path_checkouts_end",
        "no checkout of a path is open for over an hour after its end",
        "A-LPA-12",
        """
        SELECT id AS subject, format('%s since %s', state, expires_at) AS detail FROM academy.path_purchases
        WHERE state IN ('created', 'open') AND expires_at < now() - interval '1 hour'
        """,
        Kind.late,
    ),
    Invariant(
        "academy.path_refunds_arrive",
        "no refund of a path is due for over a day",
        "A-LPA-12",
        """
        SELECT id AS subject, coalesce(refund_reason, 'no reason') AS detail FROM academy.path_purchases
        WHERE state = 'refund_due' AND updated_at < now() - interval '25 hours'
        """,
        Kind.late,
    ),
)

INVARIANTS = (*SEATS, *QUEUE, *MONEY, *LEARNING, *SKILLS, *PATHS)
