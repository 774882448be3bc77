"""The twins: one small server that is Stripe (`/stripe`), Google's sign-in (`/google`) and a language model (`/llm`).

Run it as `uvicorn --factory app.gateways.twins:create_app`, in one process: its state is a SQLite file and a key
under the state folder. Refused in production.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.gateways.build import TWIN_GOOGLE_CLIENT, TWIN_GOOGLE_SECRET, TWIN_LLM_KEY, TwinRefused, twin_webhook_secret
from app.gateways.google.twin import GoogleTwin
from app.gateways.llm.twin import LlmTwin
from app.gateways.stripe.twin.routes import StripeTwin
from app.settings import Settings, settings


@dataclass(frozen=True, slots=True)
class TwinsConfig:
    """`state`: where the files go. `api_url`: the API that gets the webhooks. `public_url`: how browsers reach the
    twins, when that is not how the API reaches them. `hold`: webhooks wait until a test takes them.
    """

    state: Path
    api_url: str
    webhook_secret: str
    public_url: str = ""
    hold: bool = False


def config_from(found: Settings) -> TwinsConfig:
    """From the environment. Raises `TwinRefused` in production."""
    if found.is_production:
        raise TwinRefused("The twins do not run in production")
    return TwinsConfig(
        state=found.server.state / "twins",
        api_url=found.twins.deliver_to or found.server.public_url,
        webhook_secret=twin_webhook_secret(found),
        public_url=found.twins.public_url,
    )


def create_app(config: TwinsConfig | None = None) -> Starlette:
    """The twins as an ASGI application; without `config`, as the environment says."""
    config = config or config_from(settings())

    def own_url(request: Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc}"

    def public_url(request: Request) -> str:
        return config.public_url.rstrip("/") or own_url(request)

    stripe = StripeTwin(
        config.state,
        api_url=config.api_url,
        webhook_secret=config.webhook_secret,
        base_url=public_url,
        hold=config.hold,
    )
    google = GoogleTwin(
        config.state,
        client_id=TWIN_GOOGLE_CLIENT,
        client_secret=TWIN_GOOGLE_SECRET,
        base_url=own_url,
        public_url=public_url,
    )

    llm = LlmTwin(TWIN_LLM_KEY)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with stripe.running():
            yield

    routes = [Route("/healthz", healthz), stripe.mount(), google.mount(), llm.mount()]
    return Starlette(routes=routes, lifespan=lifespan)


async def healthz(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})
