"""Where a credential may go without TLS: this host, and hosts that no public name or address leads to."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

# https://www.rfc-editor.org/rfc/rfc6761 (localhost, test), https://www.rfc-editor.org/rfc/rfc6762 (local),
# https://www.icann.org/en/board-activities-and-meetings (resolution of 2024-07-29: internal),
# https://www.rfc-editor.org/rfc/rfc8375 (home.arpa)
REFUSED = "set it to an https address; over http the token would travel in clear text"
PRIVATE_SUFFIXES = (".localhost", ".test", ".local", ".internal", ".home.arpa")


def is_safe(url: str) -> bool:
    """Whether what is sent to `url` stays secret: it is https, or its host is a private one. Asks no name server."""
    parts = urlsplit(url)
    return parts.scheme == "https" or _is_private(parts.hostname or "")


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        # A name without a dot is one of a container network, or of the hosts file.
        return "." not in host or host.endswith(PRIVATE_SUFFIXES)
