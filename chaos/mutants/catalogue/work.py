"""Background work: lost with Redis or with its worker, done twice, done and not remembered."""

from chaos.mutants.mutant import Edit, Mutant

RUN = "app/core/outbox/run.py"
SWEEP = "app/core/outbox/sweep.py"

WORK = (
    Mutant(
        "finished-without-the-fence",
        "a worker that wakes too late may still write down what it did",
        (
            Edit(
                RUN,
                "SET lease_expires_at = now() + :lease WHERE id = :id AND attempt = :attempt AND state = 'running'",
                "SET lease_expires_at = now() + :lease WHERE id = :id AND attempt >= :attempt",
            ),
            Edit(
                RUN,
                'lease_expires_at = NULL\nWHERE id = :id AND attempt = :attempt AND state = \'running\'\n""")\n\n_IS',
                'lease_expires_at = NULL\nWHERE id = :id AND attempt >= :attempt\n""")\n\n_IS',
            ),
        ),
        ("storm-frozen",),
        ("doubled",),
    ),
    Mutant(
        "forsaken-for-good",
        "what a dead worker held is taken up by nobody",
        (Edit(SWEEP, "WHERE job.state = 'running' AND job.lease_expires_at < now() AND", "WHERE false AND"),),
        ("storm-workers",),
        ("orphaned work",),
    ),
    Mutant(
        "trust-in-redis",
        "a job that was pushed to Redis once is never pushed again",
        (
            Edit(
                SWEEP,
                "(job.pushed_at IS NULL OR job.pushed_at < now() - interval '10 seconds')",
                "job.pushed_at IS NULL",
            ),
        ),
        ("storm-redis",),
        ("orphaned work",),
    ),
    Mutant(
        "last-seen-number",
        "the relay remembers the last number it saw, and never looks at a smaller one",
        (
            Edit(
                SWEEP,
                "    WHERE relayed_at IS NULL AND kind = ANY(CAST(:known AS text[])) ORDER BY number LIMIT :limit",
                "    WHERE number > (SELECT coalesce(max(number), 0) FROM core.outbox WHERE relayed_at IS NOT NULL)\n"
                "      AND relayed_at IS NULL AND kind = ANY(CAST(:known AS text[])) ORDER BY number LIMIT :limit",
            ),
        ),
        ("waitlist_order",),
        ("orphaned work",),
    ),
    Mutant(
        "sent-and-forgotten",
        "a mail that was sent is not written down",
        (
            Edit(
                "app/notifications/mails/jobs.py",
                "        await service.record_sent(session, actor, event.mail_id, receipt)\n",
                "",
            ),
        ),
        ("offers",),
        ("outside effects",),
    ),
    Mutant(
        "relayed-to-nobody",
        "an event counts as relayed before it has its jobs",
        (
            Edit(
                SWEEP,
                "    relayed = BATCH if events else 0\n",
                "    if events:\n"
                "        async with sessions.begin() as session:\n"
                "            some = 'relayed_at IS NULL AND number % 7 = 0'\n"
                "            await session.execute(text('UPDATE core.outbox SET relayed_at = now() WHERE ' + some))\n"
                "    relayed = BATCH if events else 0\n",
            ),
        ),
        ("offers",),
        ("orphaned work",),
    ),
    Mutant(
        "relayed-twice",
        "two workers relay the same events at once, and nothing keeps an event from two jobs of one kind",
        (
            Edit(
                "migrations/versions/2026_11_21_0900_core_create_machinery.py",
                '        sa.UniqueConstraint("event_id", "name", name="uq_jobs_event_id_name"),\n',
                "",
            ),
            Edit(SWEEP, "    ON CONFLICT (event_id, name) DO NOTHING\n", ""),
            Edit(SWEEP, "ORDER BY number LIMIT :limit FOR UPDATE\n", "ORDER BY number LIMIT :limit\n"),
            Edit(SWEEP, '    if not await try_lock(session, "core.outbox.relay"):\n        return 0\n', ""),
        ),
        ("waitlist_order",),
        ("doubled",),
    ),
)
