"""squawk looks at what is rendered, and would say something."""

import pytest

from tests.migrations.lint import NEVER, lint, main

DANGEROUS = {
    "an index that is not made concurrently": "CREATE INDEX ix ON core.jobs (name);",
    "a column that cannot be null": "ALTER TABLE core.jobs ALTER COLUMN error SET NOT NULL;",
    "a reference that is checked at once": (
        "ALTER TABLE core.jobs ADD CONSTRAINT fk FOREIGN KEY (key) REFERENCES core.outbox (id);"
    ),
    "a column that goes": "ALTER TABLE core.jobs DROP COLUMN error;",
    "a name that changes": "ALTER TABLE core.jobs RENAME COLUMN error TO mistake;",
}
TIMEOUTS = "SET lock_timeout = '4s'; SET statement_timeout = '5s';"


def test_our_migrations_pass(capfd: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capfd.readouterr().out


@pytest.mark.req("X-MIG-01")
@pytest.mark.parametrize("statement", DANGEROUS.values(), ids=list(DANGEROUS))
def test_what_would_stop_a_running_service_is_noticed(statement: str) -> None:
    code, said = lint(TIMEOUTS + statement, set(NEVER))
    assert code != 0
    assert "core.jobs" in said
