"""The access tokens of those who send requests, and the keys that the ceiling verifies and signs with."""

import json
import os
from pathlib import Path

from app.core.secrets import derive_key
from app.identity import tokens
from bench import data
from bench.servers import RUN, Servers

LIFETIME = 12 * 3_600


def write_tokens() -> Path:
    """One token per sender and line, for the generator. The file is closed to others."""
    path = RUN / "tokens"
    issued = [
        tokens.issue(data.frozen_id("account", n), data.frozen_id("login", n), lifetime=LIFETIME)
        for n in range(data.SENDERS)
    ]
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(issued))
    return path


def ceiling_keys(servers: Servers) -> dict[str, str]:
    """What the ceiling is told of the run's secret: the public key of tokens, and the key of cursors."""
    return {
        "BENCH_JWK": json.dumps(tokens.jwks()["keys"][0]),
        "BENCH_CURSOR_KEY": derive_key(servers.secret, "cursor").hex(),
    }
