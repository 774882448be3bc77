"""What 1EdTech's reference validator of Open Badges 2.0 says; runs in an environment of its own, on Python 3.8.

Takes a folder: `pages.json` (what the addresses answer), `url` and `email`. Fetches nothing. Prints one JSON object.
"""

import base64
import json
import sys
from pathlib import Path

import requests
from openbadges.verifier.openbadges_context import OPENBADGES_CONTEXT_V2_DICT
from openbadges.verifier.verifier import verify

FOLDER = Path(sys.argv[1])
PAGES = json.loads((FOLDER / "pages.json").read_text(encoding="utf-8"))


def get(_session, url, **_):
    """Answer from the folder."""
    answer = requests.Response()
    answer.url, answer.status_code = url, 200
    if url == "https://w3id.org/openbadges/v2":
        answer._content = json.dumps(OPENBADGES_CONTEXT_V2_DICT).encode()
    elif url in PAGES:
        media_type, content = PAGES[url]
        answer._content = base64.b64decode(content)
        answer.headers["content-type"] = media_type
    else:
        answer.status_code = 404
        answer._content = b"not at hand"
    return answer


requests.Session.get = get
report = verify(
    (FOLDER / "url").read_text().strip(),
    recipient_profile={"email": (FOLDER / "email").read_text().strip()},
    use_cache=False,
)["report"]
messages = [{key: each.get(key) for key in ("name", "messageLevel", "result")} for each in report["messages"]]
print(json.dumps({"valid": report["valid"], "recipient": report.get("recipientProfile"), "messages": messages}))
