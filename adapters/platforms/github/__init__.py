"""GitHub: github.com, Enterprise Server and data residency, by token."""

from __future__ import annotations

from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.settings import load


def open_platform(*, http_proxy: str = "", ca_bundle: str = "") -> GitHub | None:
    """The GitHub of the environment; None without settings. Raises ConfigurationError."""
    settings = load()
    return None if settings is None else GitHub(settings, http_proxy=http_proxy, ca_bundle=ca_bundle)
