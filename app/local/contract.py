"""The public contract as a file: stable text, and a short account of how two of them differ."""

import json
from typing import Any

_SHOWN = 20


def render(document: dict[str, Any]) -> str:
    """The OpenAPI document as it is kept in the repository."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def differences(known: str, current: str) -> str:
    """Which calls and schemas came, went or changed, one per line."""
    before, after = (_parts(text) for text in (known, current))
    lines = [f"  + {name}" for name in after if name not in before]
    lines += [f"  - {name}" for name in before if name not in after]
    lines += [f"  ~ {name}" for name in after if name in before and before[name] != after[name]]
    more = [f"  … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join([*lines[:_SHOWN], *more])


def _parts(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text) if text else {}
    parts = {
        f"{method.upper()} {path}": operation
        for path, operations in document.get("paths", {}).items()
        for method, operation in operations.items()
    }
    parts.update(document.get("components", {}).get("schemas", {}))
    return parts
