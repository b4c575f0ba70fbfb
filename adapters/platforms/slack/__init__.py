"""Slack: one workspace, or one organization of Enterprise Grid, by the bot token of an installed app."""

from __future__ import annotations

import ssl

from adapters.platforms.slack.platform import NAME, Slack
from adapters.platforms.slack.settings import load
from bot.errors import ConfigurationError

NEEDS = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
NO_AUTHORITIES = "set it to a PEM file of certificate authorities"


def open_platform(*, http_proxy: str = "", ca_bundle: str = "", bot_name: str = NAME) -> Slack | None:
    """The Slack of the environment; None without settings. Raises ConfigurationError.

    `bot_name` is what people call the bot, whatever it is called in the workspace.
    """
    settings = load()
    if ca_bundle:
        _check_authorities(ca_bundle)
    if settings is None:
        return None
    return Slack(settings, bot_name=bot_name, http_proxy=http_proxy, ca_bundle=ca_bundle)


def _check_authorities(path: str) -> None:
    """Now, not at the first call: a wrong path would look like a network failure."""
    try:
        ssl.create_default_context().load_verify_locations(cafile=path)
    except OSError as error:  # SSLError is one
        raise ConfigurationError("BELLHOP_CA_BUNDLE", NO_AUTHORITIES) from error
