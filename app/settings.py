"""What the environment may say: one class per concern, read once at start.

Every name listed here is explained in `.env.example`. Secrets are `SecretStr`, so that printing or
logging a settings object never shows them (A-AUT-03). `Settings.problems()` lists what production
refuses to start with.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SYSTEMS = ("academy", "community", "tracker", "studio", "crm")

# Shorter secrets can be guessed offline from one signed cursor or token.
SHORTEST_SECRET = 32

# What nobody may delete row by row is not dropped by months before (`core.drop_months`).
SHORTEST_AUDIT = 60

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Environment(StrEnum):
    """Where this process runs. Only `production` refuses twins and half a configuration."""

    development = "development"
    test = "test"
    production = "production"


class _Concern(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )


class ServerSettings(_Concern):
    """Addresses, state folder, switched-on systems."""

    env: Environment = Field(Environment.development, validation_alias="LYCEUM_ENV")
    host: str = Field("127.0.0.1", validation_alias="LYCEUM_HOST")
    port: int = Field(8000, validation_alias="LYCEUM_PORT", ge=0, le=65535)
    state: Path = Field(Path(".lyceum"), validation_alias="LYCEUM_STATE")
    workers: int = Field(1, validation_alias="LYCEUM_WORKERS", ge=1, le=64)
    systems: CommaSeparated = Field(SYSTEMS, validation_alias="LYCEUM_SYSTEMS")
    public_url: str = Field("http://127.0.0.1:8000", validation_alias="LYCEUM_PUBLIC_URL")
    cors_origins: CommaSeparated = Field(("*",), validation_alias="LYCEUM_CORS_ORIGINS")
    trusted_proxies: CommaSeparated = Field((), validation_alias="LYCEUM_TRUSTED_PROXIES")
    secret: SecretStr = Field(SecretStr(""), validation_alias="LYCEUM_SECRET")
    previous_secrets: CommaSeparated = Field((), validation_alias="LYCEUM_PREVIOUS_SECRETS", repr=False)
    log_level: str = Field("INFO", validation_alias="LYCEUM_LOG_LEVEL")
    drain_seconds: float | None = Field(None, validation_alias="LYCEUM_DRAIN_SECONDS", ge=0, le=60)

    _lists = field_validator("systems", "cors_origins", "trusted_proxies", "previous_secrets", mode="before")(_split)

    @field_validator("systems")
    @classmethod
    def _known_systems(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(SYSTEMS))
        if unknown:
            raise ValueError(f"unknown systems: {', '.join(unknown)}; choose from {', '.join(SYSTEMS)}")
        return value


class DatabaseSettings(_Concern):
    """PostgreSQL: what the service connects as, and what migrations connect as."""

    url: SecretStr = Field(SecretStr(""), validation_alias="DATABASE_URL")
    owner_url: SecretStr = Field(SecretStr(""), validation_alias="DATABASE_OWNER_URL")
    replica_url: SecretStr = Field(SecretStr(""), validation_alias="DATABASE_REPLICA_URL")
    pool_size: int = Field(20, validation_alias="DATABASE_POOL_SIZE", ge=1, le=200)
    statement_cache_size: int = Field(512, validation_alias="DATABASE_STATEMENT_CACHE_SIZE", ge=0)


class RedisSettings(_Concern):
    """Redis or Valkey: doorbell of the jobs, volume limits. May be empty or absent at any moment."""

    url: SecretStr = Field(SecretStr(""), validation_alias="REDIS_URL")


class LimitSettings(_Concern):
    """Requests per minute, per caller."""

    account_per_minute: int = Field(1_200, validation_alias="LYCEUM_LIMIT_ACCOUNT", ge=1)
    address_per_minute: int = Field(3_000, validation_alias="LYCEUM_LIMIT_ADDRESS", ge=1)


class GoogleSettings(_Concern):
    """Sign-in with Google (A-AUT-01, A-AUT-03)."""

    client_id: str = Field("", validation_alias="AUTH_GOOGLE_CLIENT_ID")
    client_secret: SecretStr = Field(SecretStr(""), validation_alias="AUTH_GOOGLE_SECRET")
    discovery_url: str = Field(
        "https://accounts.google.com/.well-known/openid-configuration", validation_alias="AUTH_GOOGLE_DISCOVERY_URL"
    )
    redirect_uris: CommaSeparated = Field((), validation_alias="AUTH_GOOGLE_REDIRECT_URIS")

    _lists = field_validator("redirect_uris", mode="before")(_split)


class SignInSettings(_Concern):
    """Sign-in by a link sent to an address (A-AUT-02)."""

    magic_link_minutes: int = Field(10, validation_alias="LYCEUM_MAGIC_LINK_MINUTES", ge=1, le=60)
    magic_links_per_hour: int = Field(5, validation_alias="LYCEUM_MAGIC_LINKS_PER_HOUR", ge=1, le=1_000)


class MailSettings(_Concern):
    """Magic links go out through Resend, everything else through Brevo."""

    resend_key: SecretStr = Field(SecretStr(""), validation_alias="AUTH_RESEND_KEY")
    resend_url: str = Field("https://api.resend.com", validation_alias="RESEND_API_URL")
    brevo_key: SecretStr = Field(SecretStr(""), validation_alias="BREVO_API_KEY")
    brevo_url: str = Field("https://api.brevo.com/v3", validation_alias="BREVO_API_URL")
    auth_from: str = Field("Academy <auth@aienablement.academy>", validation_alias="MAIL_AUTH_FROM")
    notices_from: str = Field("Academy <notices@aienablement.academy>", validation_alias="MAIL_NOTICES_FROM")
    site_url: str = Field(
        "http://127.0.0.1:8000", validation_alias=AliasChoices("SITE_URL", "CONVEX_SITE_URL", "LYCEUM_PUBLIC_URL")
    )


class StripeSettings(_Concern):
    """Stripe, or its twin on this machine when no key is set."""

    api_key: SecretStr = Field(SecretStr(""), validation_alias="STRIPE_API_KEY")
    api_base: str = Field("https://api.stripe.com", validation_alias="STRIPE_API_BASE")
    webhook_secrets: CommaSeparated = Field((), validation_alias="STRIPE_WEBHOOK_SECRET", repr=False)
    automatic_tax: bool = Field(False, validation_alias="STRIPE_AUTOMATIC_TAX")

    _lists = field_validator("webhook_secrets", mode="before")(_split)


class LlmSettings(_Concern):
    """A language model behind an OpenAI-compatible endpoint: it grades free answers (A-ASM-09)."""

    key: SecretStr = Field(SecretStr(""), validation_alias="LYCEUM_LLM_KEY")
    url: str = Field("https://api.openai.com/v1", validation_alias="LYCEUM_LLM_URL")
    model: str = Field("gpt-4o-mini", validation_alias="LYCEUM_LLM_MODEL")
    timeout_seconds: float = Field(60, validation_alias="LYCEUM_LLM_TIMEOUT", gt=0, le=75)
    tokens_field: Literal["max_completion_tokens", "max_tokens"] = Field(
        "max_completion_tokens", validation_alias="LYCEUM_LLM_TOKENS_FIELD"
    )
    response_format: Literal["json_schema", "json_object", "none"] = Field(
        "json_schema", validation_alias="LYCEUM_LLM_RESPONSE_FORMAT"
    )
    grading_tokens_per_day: int = Field(2_000_000, validation_alias="LYCEUM_LLM_GRADING_TOKENS", ge=0)


class TwinSettings(_Concern):
    """The providers' local twins: one small server, refused in production."""

    url: str = Field("", validation_alias="LYCEUM_TWINS_URL")
    # how browsers reach them, and which API their webhooks go to; both only where containers have names of their own
    public_url: str = Field("", validation_alias="LYCEUM_TWINS_PUBLIC_URL")
    deliver_to: str = Field("", validation_alias="LYCEUM_TWINS_DELIVER_TO")


class FileSettings(_Concern):
    """Where files lie that the service makes or is given."""

    folder: Path | None = Field(None, validation_alias="LYCEUM_FILES")


class CredentialSettings(_Concern):
    """Who issues certificates and badges, under which address, and how long badges last."""

    url: str = Field(
        "http://127.0.0.1:8000", validation_alias=AliasChoices("LYCEUM_CREDENTIALS_URL", "LYCEUM_PUBLIC_URL")
    )
    issuer_name: str = Field("AI Enablement Academy", validation_alias="LYCEUM_ISSUER_NAME", min_length=1)
    issuer_email: str = Field("credentials@aienablement.academy", validation_alias="LYCEUM_ISSUER_EMAIL")
    technical_badge_days: int = Field(365, validation_alias="LYCEUM_BADGE_DAYS_TECHNICAL", ge=0, le=36_500)
    other_badge_days: int = Field(0, validation_alias="LYCEUM_BADGE_DAYS_OTHER", ge=0, le=36_500)

    @field_validator("url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise ValueError("credentials need an address of the form https://host")
        return f"{parts.scheme}://{parts.netloc}"


class TelemetrySettings(_Concern):
    """OpenTelemetry is on when an endpoint is configured."""

    endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    service_name: str = Field("lyceum", validation_alias="OTEL_SERVICE_NAME")


class RetentionSettings(_Concern):
    """How many months the tables that grow without end are kept. 0: for ever."""

    analytics_events: int = Field(25, validation_alias="LYCEUM_KEEP_ANALYTICS_EVENTS", ge=0, le=1_200)
    webhook_attempts: int = Field(3, validation_alias="LYCEUM_KEEP_WEBHOOK_ATTEMPTS", ge=0, le=1_200)
    notifications: int = Field(12, validation_alias="LYCEUM_KEEP_NOTIFICATIONS", ge=0, le=1_200)
    community_notifications: int = Field(12, validation_alias="LYCEUM_KEEP_COMMUNITY_NOTIFICATIONS", ge=0, le=1_200)
    audit_log: int = Field(84, validation_alias="LYCEUM_KEEP_AUDIT_LOG", ge=0, le=1_200)

    @field_validator("audit_log")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if 0 < value < SHORTEST_AUDIT:
            raise ValueError(f"the database lets go of an audit log after {SHORTEST_AUDIT} months, not earlier")
        return value

    @property
    def months(self) -> dict[str, int]:
        """By the names of the tables."""
        return {
            "academy.analytics_events": self.analytics_events,
            "core.webhook_attempts": self.webhook_attempts,
            "core.notifications": self.notifications,
            "community.notifications": self.community_notifications,
            "crm.audit_entries": self.audit_log,
            "tracker.audit_log": self.audit_log,
        }


class Settings:
    """All concerns together. Build one per process: `settings()`."""

    def __init__(self) -> None:
        self.server = ServerSettings()
        self.database = DatabaseSettings()
        self.redis = RedisSettings()
        self.limits = LimitSettings()
        self.google = GoogleSettings()
        self.sign_in = SignInSettings()
        self.mail = MailSettings()
        self.stripe = StripeSettings()
        self.llm = LlmSettings()
        self.twins = TwinSettings()
        self.files = FileSettings()
        self.credentials = CredentialSettings()
        self.telemetry = TelemetrySettings()
        self.retention = RetentionSettings()

    @property
    def is_production(self) -> bool:
        return self.server.env is Environment.production

    @property
    def drain_seconds(self) -> float:
        """How long /readyz says no before the server stops listening (rule 63): 5 s in production, else at once."""
        if self.server.drain_seconds is not None:
            return self.server.drain_seconds
        return 5.0 if self.is_production else 0.0

    def problems(self) -> list[str]:
        """What is missing or weak for production, each as a sentence naming the variable. Empty: start."""
        wanted = {
            "DATABASE_URL": self.database.url.get_secret_value(),
            "REDIS_URL": self.redis.url.get_secret_value(),
            "STRIPE_API_KEY": self.stripe.api_key.get_secret_value(),
            "STRIPE_WEBHOOK_SECRET": ",".join(self.stripe.webhook_secrets),
            "AUTH_GOOGLE_CLIENT_ID": self.google.client_id,
            "AUTH_GOOGLE_SECRET": self.google.client_secret.get_secret_value(),
            "AUTH_GOOGLE_REDIRECT_URIS": ",".join(self.google.redirect_uris),
            "AUTH_RESEND_KEY": self.mail.resend_key.get_secret_value(),
            "BREVO_API_KEY": self.mail.brevo_key.get_secret_value(),
        }
        found = [f"{name} is not set" for name, value in wanted.items() if not value]
        secrets = [self.server.secret.get_secret_value(), *self.server.previous_secrets]
        if any(len(secret) < SHORTEST_SECRET or len(set(secret)) < SHORTEST_SECRET // 4 for secret in secrets):
            found.append(f"LYCEUM_SECRET is missing or weak: at least {SHORTEST_SECRET} random characters")
        if self.twins.url:
            found.append("LYCEUM_TWINS_URL is set: twins are refused in production")
        if "*" in self.server.cors_origins:
            found.append("LYCEUM_CORS_ORIGINS is '*': name the origins of your front ends")
        urls = {
            "LYCEUM_PUBLIC_URL": self.server.public_url,
            "SITE_URL": self.mail.site_url,
            "LYCEUM_CREDENTIALS_URL": self.credentials.url,
            "STRIPE_API_BASE": self.stripe.api_base,
            "RESEND_API_URL": self.mail.resend_url,
            "BREVO_API_URL": self.mail.brevo_url,
            "LYCEUM_LLM_URL": self.llm.url,
        }
        found += [f"{name} is not https" for name, url in urls.items() if not url.startswith("https://")]
        if self.google.discovery_url != "https://accounts.google.com/.well-known/openid-configuration":
            found.append("AUTH_GOOGLE_DISCOVERY_URL is not Google's own")
        return found

    def or_refuse(self) -> Self:
        """These settings; in production only when nothing is missing. Raises `SystemExit` naming every gap."""
        if self.is_production and (found := self.problems()):
            raise SystemExit("Lyceum does not start in production:\n  " + "\n  ".join(found))
        return self


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
