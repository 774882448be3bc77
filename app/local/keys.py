"""Secrets for a machine where nobody set any: made once, kept in the state folder, closed to others.

Only for development: production refuses to start without secrets of its own (`Settings.problems`).
"""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.settings import Settings


def local_environment(settings: Settings, state: Path) -> dict[str, str]:
    """The secrets that the environment does not give, by variable name."""
    secret = settings.server.secret.get_secret_value() or _kept(state / "secret")
    found = {"LYCEUM_SECRET": secret}
    if not settings.stripe.webhook_secrets:
        # derived rather than stored: whoever holds the one secret arrives at the other
        digest = hmac.new(secret.encode(), b"stripe webhooks", hashlib.sha256).hexdigest()
        found["STRIPE_WEBHOOK_SECRET"] = f"whsec_{digest}"
    return found


def _kept(path: Path) -> str:
    """What the file holds; made first if missing. Whoever places it first wins, and never half a file."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
