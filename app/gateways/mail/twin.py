"""`FileMail`: with no key set, mail becomes files under the state folder, one `.eml` to read and one `.json` to parse.

The names come from the idempotency key, so a repeat finds its files and writes nothing: what the providers promise
for a while holds here for good. Sign-in links are in these files; production refuses this twin.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from dataclasses import asdict
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from app.gateways.mail.resend import unsubscribe_headers
from app.gateways.mail.types import MailMessage, MailReceipt


class FileMail:
    """Writes mail into `folder`, which is made when the first mail comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: MailMessage, sender: str, *, idempotency_key: str) -> MailReceipt:
        return await asyncio.to_thread(self._write, message, sender, idempotency_key)

    def _write(self, message: MailMessage, sender: str, key: str) -> MailReceipt:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = file_stem(key)
        receipt = MailReceipt("file", f"<{stem}@lyceum.local>")
        now = datetime.now(UTC)
        record = {
            **asdict(message),
            "from_": sender,
            "message_id": receipt.message_id,
            "idempotency_key": key,
            "sent_at": now.isoformat(),
        }
        # The .json comes last: whoever watches for it finds both.
        self._place(f"{stem}.eml", _letter(message, sender, str(receipt.message_id), now).as_bytes())
        self._place(f"{stem}.json", json.dumps(record, indent=2, ensure_ascii=False).encode() + b"\n")
        return receipt

    def _place(self, name: str, content: bytes) -> None:
        """Whole or not at all, and never over an earlier file."""
        draft = self._folder / f".{uuid4().hex}"
        draft.write_bytes(content)
        try:
            os.link(draft, self._folder / name)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def file_stem(key: str) -> str:
    """Readable beginning, unmistakable end."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", key)[:60].strip("-")
    return f"{readable}-{sha256(key.encode()).hexdigest()[:12]}".lstrip("-")


def _letter(message: MailMessage, sender: str, message_id: str, now: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = message.to
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id
    if message.unsubscribe_url:
        for name, value in unsubscribe_headers(message.unsubscribe_url).items():
            letter[name] = value
    letter.set_content(message.text)
    if message.html is not None:
        letter.add_alternative(message.html, subtype="html")
    return letter
