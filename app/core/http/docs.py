"""`/openapi.json` and `/docs`: the contract, and a page to read and try it that needs no other host."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Annotated

from fastapi import Header, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from app.core.errors import NotFound
from app.core.http.access import public
from app.core.http.routing import Router

ASSETS = Path(__file__).parent / "swagger-ui"
VERSION = "5.35.0"
TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "start.js": "text/javascript",
}
FOREVER = "public, max-age=31536000, immutable"

# The page may load and call this host and nothing else. Swagger UI writes style attributes, hence 'unsafe-inline'.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{root}/docs/assets/{version}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-document="{root}/openapi.json"></div>
<script src="{root}/docs/assets/{version}/swagger-ui-bundle.js"></script>
<script src="{root}/docs/assets/{version}/start.js"></script>
</body>
</html>
"""

router = Router(include_in_schema=False)


class Contract:
    """The OpenAPI document as bytes, made once and off the event loop: it takes a second for hundreds of routes."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._made: tuple[bytes, str] | None = None

    async def of(self, request: Request) -> tuple[bytes, str]:
        """The document and its ETag."""
        async with self._lock:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make, request)
        return self._made

    @staticmethod
    def _make(request: Request) -> tuple[bytes, str]:
        content = json.dumps(request.app.openapi(), separators=(",", ":"), ensure_ascii=False).encode()
        return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@router.get("/openapi.json", openapi_extra=public())
async def openapi(request: Request, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """The OpenAPI document."""
    contract: Contract = request.app.state.contract
    content, etag = await contract.of(request)
    headers = {"ETag": etag, "Cache-Control": "public, max-age=60"}
    if if_none_match and etag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@router.get("/docs", openapi_extra=public())
async def docs(request: Request) -> Response:
    """The document as a page."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    page = PAGE.format(title=request.app.title, version=VERSION, root=root)
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


@router.get("/docs/assets/{version}/{name}", openapi_extra=public())
async def asset(version: str, name: str) -> Response:
    """What the page consists of. The version is in the address, so an answer is good for ever."""
    if version != VERSION or name not in TYPES:
        raise NotFound
    return FileResponse(ASSETS / name, media_type=TYPES[name], headers={"Cache-Control": FOREVER})
