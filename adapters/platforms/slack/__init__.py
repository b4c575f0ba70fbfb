"""Slack: one workspace, or one organization of Enterprise Grid, by the bot token of an installed app."""

from __future__ import annotations

from adapters.authorities import check_authorities
from adapters.platforms.slack.platform import NAME, Slack
from adapters.platforms.slack.settings import load

NEEDS = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")


def open_platform(*, http_proxy: str = "", ca_bundle: str = "", bot_name: str = NAME) -> Slack | None:
    """The Slack of the environment; None without settings. Raises ConfigurationError.

    `bot_name` is what people call the bot, whatever it is called in the workspace.
    """
    settings = load()
    if ca_bundle:
        check_authorities(ca_bundle)
    if settings is None:
        return None
    return Slack(settings, bot_name=bot_name, http_proxy=http_proxy, ca_bundle=ca_bundle)
