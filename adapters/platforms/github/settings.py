"""GitHub's settings, and the hosts that follow from the API's address.

https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api (where each edition keeps its API)
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters import clear_text
from bot.errors import ConfigurationError

PUBLIC_API = "https://api.github.com"
PUBLIC_PAGES = "https://github.com"
ENTERPRISE_PATH = "/api/v3"
TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header takes
RESIDENCY_SUFFIX = ".ghe.com"

NOT_A_URL = "set it to the API's address, for example https://api.github.com or https://HOST/api/v3"
SECRET_SHORT = "GITHUB_WEBHOOK_SECRET is shorter than {least} characters: set one nobody can guess"  # noqa: S105 - a text
LEAST_SECRET_CHARACTERS = 16
SECRET_MISSING = "set it to the secret of the webhook; without one anybody could give orders"  # noqa: S105 - a text
TOKEN_MISSING = "set it to an access token of the bot's account"  # noqa: S105 - a text
TOKEN_BROKEN = "it has blanks, line breaks or odd letters inside; set it to the token alone"  # noqa: S105 - a text
TWO_ACCOUNTS = (
    "leave it empty: GITHUB_TOKEN says who the bot is, and signing in as an App is not supported yet"
)
CLIENT_HALF = "set it too: GITHUB_APP_CLIENT_ID and GITHUB_APP_CLIENT_SECRET go together"
CLIENT_BROKEN = "it has blanks, line breaks or odd letters inside; set it to what GitHub shows"
NO_APP_YET = "set it; signing in as an App (GITHUB_APP_ID) is not supported yet"


def _api_url(url: str) -> str:
    parts = urlsplit(url)
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise ValueError(NOT_A_URL)
    if not clear_text.is_safe(url):
        raise ValueError(clear_text.REFUSED)
    return url.rstrip("/")


class GitHubSettings(BaseSettings):
    """`GITHUB_*`. A field's `description` is its line in the reference."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    github_token: SecretStr = Field(SecretStr(""), description="Access token of the bot's account.")
    github_webhook_secret: SecretStr = Field(SecretStr(""), description="Secret of the webhook; required.")
    github_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        PUBLIC_API, description="Address of the REST API; `https://HOST/api/v3` for an Enterprise Server."
    )
    github_app_client_id: str = Field(
        "",
        description="Client id of an OAuth app or a GitHub App, with which people link accounts by signing in.",
    )
    github_app_client_secret: SecretStr = Field(SecretStr(""), description="That client's secret.")
    github_app_id: str = Field("", description="Reserved: signing in as an App is not supported yet.")
    integration_timeout: float = Field(
        10.0, ge=1, le=120, description="Limit of any one call to a platform, in seconds."
    )
    max_retry_attempts: int = Field(
        3, ge=1, le=10, description="How often a read is tried when the network fails."
    )

    @property
    def token(self) -> str:
        """The token in the clear, for use at once."""
        return self.github_token.get_secret_value().strip()

    @property
    def webhook_secret(self) -> bytes:
        """The key of the webhook's HMAC: the secret as UTF-8. Blanks alone are no secret."""
        secret = self.github_webhook_secret.get_secret_value()
        return secret.encode() if secret.strip() else b""

    @property
    def client_secret(self) -> str:
        """The client's secret in the clear, for use at once."""
        return self.github_app_client_secret.get_secret_value().strip()

    @property
    def advice(self) -> tuple[str, ...]:
        """What is allowed and unwise, a sentence each. No value is quoted."""
        if len(self.github_webhook_secret.get_secret_value().strip()) >= LEAST_SECRET_CHARACTERS:
            return ()
        return (SECRET_SHORT.format(least=LEAST_SECRET_CHARACTERS),)

    @property
    def html_url(self) -> str:
        """Where pages and git repositories are: derived from the API's address, never from a payload."""
        return html_url_of(self.github_api_url)


def html_url_of(api_url: str) -> str:
    """`https://api.github.com` -> `https://github.com`; `https://HOST/api/v3` -> `https://HOST`;
    `https://api.SUB.ghe.com` -> `https://SUB.ghe.com`. Any other address serves both itself."""
    if api_url == PUBLIC_API:
        return PUBLIC_PAGES
    parts = urlsplit(api_url)
    if (parts.hostname or "").startswith("api.") and (parts.hostname or "").endswith(RESIDENCY_SUFFIX):
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"
    return api_url.removesuffix(ENTERPRISE_PATH)


def load(**given: object) -> GitHubSettings | None:
    """The settings from the environment; None when nothing says that GitHub is wanted.

    Raises ConfigurationError: the first thing wrong, on one line. No value is quoted: it may be a secret.
    """
    try:
        settings = GitHubSettings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        remedy = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(str(first["loc"][0]).upper(), remedy) from None
    return settings if _is_wanted(settings) else None


def _is_wanted(settings: GitHubSettings) -> bool:
    """Whether GitHub is configured: all that it needs, or nothing of it. Half of it is a mistake to be told."""
    if not settings.token:
        if settings.github_app_id:
            raise ConfigurationError("GITHUB_TOKEN", NO_APP_YET)
        if settings.webhook_secret or settings.github_app_client_id or settings.client_secret:
            raise ConfigurationError("GITHUB_TOKEN", TOKEN_MISSING)
        return False
    if settings.github_app_id:
        raise ConfigurationError("GITHUB_APP_ID", TWO_ACCOUNTS)
    if not TOKEN.fullmatch(settings.token):
        raise ConfigurationError("GITHUB_TOKEN", TOKEN_BROKEN)
    if not settings.webhook_secret:
        raise ConfigurationError("GITHUB_WEBHOOK_SECRET", SECRET_MISSING)
    _check_client(settings)
    return True


def _check_client(settings: GitHubSettings) -> None:
    """Raises ConfigurationError for half a client, and for one that no request could carry."""
    given = {
        "GITHUB_APP_CLIENT_ID": settings.github_app_client_id,
        "GITHUB_APP_CLIENT_SECRET": settings.client_secret,
    }
    for name, value in given.items():
        if any(given.values()) and not value:
            raise ConfigurationError(name, CLIENT_HALF)
        if value and not TOKEN.fullmatch(value):
            raise ConfigurationError(name, CLIENT_BROKEN)
