"""Slack's settings, and the hosts that belong to the Slack they name.

https://docs.slack.dev/authentication/tokens (which token is which)
https://docs.slack.dev/govslack (GovSlack has hosts of its own)
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters import clear_text
from bot.errors import ConfigurationError

PUBLIC_API = "https://slack.com/api/"
BOT_PREFIX = "xoxb-"
APP_PREFIX = "xapp-"

NOT_A_URL = "set it to the Web API's address, for example https://slack.com/api/"
SECRET_MISSING = "set it to the app's signing secret; without one anybody could give orders"  # noqa: S105 - a text
TOKEN_MISSING = "set it to the bot user's token (xoxb-...) of the installed app"  # noqa: S105 - a text
NOT_A_BOT_TOKEN = "set it to the bot user's token (xoxb-...); this is an app-level one"  # noqa: S105 - a text
NOT_AN_APP_TOKEN = "set it to an app-level token (xapp-...) with the scope connections:write"  # noqa: S105 - a text
CLIENT_HALF = "set it too: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together"


def _api_url(url: str) -> str:
    parts = urlsplit(url)
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise ValueError(NOT_A_URL)
    if not clear_text.is_safe(url):
        raise ValueError(clear_text.REFUSED)
    return url.rstrip("/") + "/"


class SlackSettings(BaseSettings):
    """`SLACK_*`. A field's `description` is its line in the reference."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    slack_bot_token: SecretStr = Field(
        SecretStr(""), description="Token of the bot user (`xoxb-...`) of the installed app."
    )
    slack_signing_secret: SecretStr = Field(SecretStr(""), description="The app's signing secret; required.")
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        description="App-level token (`xapp-...`): receive over Socket Mode, without a public URL.",
    )
    slack_client_id: str = Field("", description="The app's client id, for installing it by OAuth.")
    slack_client_secret: SecretStr = Field(SecretStr(""), description="The app's client secret.")
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        PUBLIC_API, description="Address of the Web API; GovSlack has `https://slack-gov.com/api/`."
    )
    integration_timeout: float = Field(
        10.0, ge=1, le=120, description="Limit of any one call to a platform, in seconds."
    )
    max_retry_attempts: int = Field(
        3, ge=1, le=10, description="How often a read is tried when the network fails."
    )

    @property
    def token(self) -> str:
        """The bot user's token in the clear, for use at once."""
        return self.slack_bot_token.get_secret_value().strip()

    @property
    def app_token(self) -> str:
        """The app-level token in the clear; "" when deliveries come over HTTP alone."""
        return self.slack_app_token.get_secret_value().strip()

    @property
    def signing_secret(self) -> bytes:
        """The key of the requests' HMAC: the secret as UTF-8. Blanks alone are no secret."""
        return self.slack_signing_secret.get_secret_value().strip().encode()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value of the settings, to be masked wherever it would appear."""
        given = (self.token, self.signing_secret.decode(), self.app_token)
        return tuple(each for each in (*given, self.slack_client_secret.get_secret_value().strip()) if each)


def load(**given: object) -> SlackSettings | None:
    """The settings from the environment; None when nothing says that Slack is wanted.

    Raises ConfigurationError: the first thing wrong, on one line. No value is quoted: it may be a secret.
    """
    try:
        settings = SlackSettings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        remedy = str(first["msg"]).removeprefix("Value error, ")
        raise ConfigurationError(str(first["loc"][0]).upper(), remedy) from None
    if not _is_wanted(settings):
        return None
    _check(settings)
    return settings


def _is_wanted(settings: SlackSettings) -> bool:
    return bool(settings.secrets or settings.slack_client_id)


def _check(settings: SlackSettings) -> None:
    """Half of it is a mistake to be told, never a door without a lock."""
    client_secret = settings.slack_client_secret.get_secret_value().strip()
    complaints = {
        ("SLACK_BOT_TOKEN", TOKEN_MISSING): not settings.token,
        ("SLACK_BOT_TOKEN", NOT_A_BOT_TOKEN): settings.token.startswith(APP_PREFIX),
        ("SLACK_SIGNING_SECRET", SECRET_MISSING): not settings.signing_secret,
        ("SLACK_APP_TOKEN", NOT_AN_APP_TOKEN): settings.app_token.startswith(BOT_PREFIX),
        ("SLACK_CLIENT_SECRET", CLIENT_HALF): bool(settings.slack_client_id) and not client_secret,
        ("SLACK_CLIENT_ID", CLIENT_HALF): bool(client_secret) and not settings.slack_client_id,
    }
    for (setting, remedy), is_wrong in complaints.items():
        if is_wrong:
            raise ConfigurationError(setting, remedy)
