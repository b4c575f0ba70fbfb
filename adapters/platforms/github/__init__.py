"""GitHub: github.com, Enterprise Server and data residency, by token."""

from __future__ import annotations

import ssl

from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.settings import load
from bot.errors import ConfigurationError

NEEDS = ("GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET")
NO_AUTHORITIES = "set it to a PEM file of certificate authorities"


def open_platform(*, http_proxy: str = "", ca_bundle: str = "") -> GitHub | None:
    """The GitHub of the environment; None without settings. Raises ConfigurationError."""
    settings = load()
    if ca_bundle:
        _check_authorities(ca_bundle)
    return None if settings is None else GitHub(settings, http_proxy=http_proxy, ca_bundle=ca_bundle)


def _check_authorities(path: str) -> None:
    """Now, not at the first call: a wrong path would look like a network failure."""
    try:
        ssl.create_default_context().load_verify_locations(cafile=path)
    except OSError as error:  # SSLError is one
        raise ConfigurationError("BELLHOP_CA_BUNDLE", NO_AUTHORITIES) from error
