"""What arrived by mail: the local carrier's files, read back."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mails under a state folder."""

    state: Path

    def letters_to(self, address: str) -> list[dict[str, Any]]:
        """Every mail to an address, oldest first."""
        letters = [json.loads(file.read_text()) for file in (self.state / "mail").glob("*.json")]
        return sorted((each for each in letters if each["to"] == address), key=lambda each: str(each["sent_at"]))

    def token_for(self, address: str) -> str:
        """What the newest sign-in link to an address carries."""
        letter = self.letters_to(address)[-1]
        link = re.findall(r"^https?://\S+$", letter["text"], re.MULTILINE)[0]
        return parse_qs(urlsplit(str(link)).query)["token"][0]
