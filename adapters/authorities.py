"""Certificate authorities besides the system's: read at the start, not at the first call."""

from __future__ import annotations

import ssl

from bot.errors import ConfigurationError

NO_AUTHORITIES = "set it to a PEM file of certificate authorities"


def check_authorities(path: str) -> None:
    """Raise ConfigurationError unless `path` holds some. A wrong one would look like a network failure."""
    try:
        ssl.create_default_context().load_verify_locations(cafile=path)
    except OSError as error:  # SSLError is one
        raise ConfigurationError("BELLHOP_CA_BUNDLE", NO_AUTHORITIES) from error
