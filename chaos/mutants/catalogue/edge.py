"""The edge: answers before the commit, answers given twice, outages that look like bugs."""

from chaos.mutants.mutant import Edit, Mutant

FAULTS = "app/core/http/faults.py"
KEYS = "app/core/http/idempotency.py"

EDGE = (
    Mutant(
        "answer-before-commit",
        "the answer leaves before its transaction is committed",
        (Edit("app/core/http/session.py", 'Depends(open_session, scope="function")', "Depends(open_session)"),),
        ("capacity",),
        ("lost", "counters"),
    ),
    Mutant(
        "key-forgotten",
        "a key that was used is as good as a new one",
        (Edit(KEYS, "WHERE known.expires_at < now()\n", "WHERE true\n"),),
        ("oversell",),
        ("doubled",),
    ),
    Mutant(
        "outage-is-a-bug",
        "that the database is away is answered as an error of ours",
        (
            Edit(
                FAULTS,
                'return Unavailable("The database cannot be reached.") if _from_driver(error) else None',
                "return None",
            ),
        ),
        ("storm-postgres",),
        ("answers",),
    ),
)
