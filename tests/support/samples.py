"""The recorded samples of the providers, as bytes and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples"


def sample_bytes(name: str) -> bytes:
    """`stripe/refund.created.json`, unchanged: signatures are over these bytes."""
    return (SAMPLES / name).read_bytes()


def sample(name: str) -> Any:
    return json.loads(sample_bytes(name))
