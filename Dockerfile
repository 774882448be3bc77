# One image for the API, the worker and the migrations: `lyceum api`, `lyceum worker`, `lyceum migrate`.
# It needs DATABASE_URL, REDIS_URL and the secrets of .env.example; it holds none of them.

FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /srv/lyceum
# First what rarely changes: the dependencies, exactly as locked, without tests and embedded servers.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-dev --no-install-project
COPY app app
RUN uv sync --frozen --no-dev

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/lyceum --create-home lyceum
WORKDIR /srv/lyceum
# The same places as in the stage above: the installed package points at its source beside migrations/.
COPY --from=build /srv/lyceum/.venv .venv
COPY --from=build /srv/lyceum/app app
COPY pyproject.toml alembic.ini LICENSE ./
COPY migrations migrations
COPY openapi openapi
ENV PATH=/srv/lyceum/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LYCEUM_HOST=0.0.0.0 \
    LYCEUM_PORT=8000 \
    LYCEUM_STATE=/var/lib/lyceum
USER lyceum
EXPOSE 8000
# For the API; whoever starts a worker or a migration from this image switches it off.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["lyceum", "api"]
