"""Traces over OTLP, when an endpoint is configured; otherwise none of it is even imported.

FastAPI makes the spans of requests itself as soon as a provider is set. Statements are spans through the engine's
events: with the statement's text, which has placeholders, and never its parameters.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.settings import TelemetrySettings

LONGEST_STATEMENT = 2_000


def configure_tracing(settings: TelemetrySettings, engine: AsyncEngine) -> Callable[[], None]:
    """Start exporting traces and return what ends it. Does nothing without an endpoint."""
    if not settings.endpoint:
        return lambda: None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import set_tracer_provider

    class WithoutQueries(SpanProcessor):
        """The query of an address may hold a name or a mail address: the path says enough."""

        def on_start(self, span: Span, parent_context: Any = None) -> None:  # noqa: ARG002  (the SDK passes it)
            if span.attributes and "url.query" in span.attributes:
                span.set_attribute("url.query", "REDACTED")

    provider = TracerProvider(resource=Resource.create({"service.name": settings.service_name}))
    provider.add_span_processor(WithoutQueries())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{settings.endpoint.rstrip('/')}/v1/traces")))
    set_tracer_provider(provider)
    trace_statements(engine, provider)
    return provider.shutdown


def trace_statements(engine: AsyncEngine, provider: Any) -> None:
    """A span per statement that runs on `engine`."""
    tracer = provider.get_tracer("lyceum.database")

    def begin(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        verb = statement.lstrip().split(maxsplit=1)[0].upper() if statement.strip() else "SQL"
        attributes = {"db.system.name": "postgresql", "db.query.text": statement[:LONGEST_STATEMENT]}
        context.lyceum_span = tracer.start_span(verb, attributes=attributes)

    def end(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.lyceum_span.end()

    def fail(failure: Any) -> None:
        span = getattr(failure.execution_context, "lyceum_span", None)
        if span is not None:
            span.set_attribute("error.type", type(failure.original_exception).__name__)
            span.end()

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", fail)
