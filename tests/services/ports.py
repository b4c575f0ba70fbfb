"""Free ports, for servers that cannot take port 0."""

import socket


def free_port() -> int:
    """Return a port of the loopback interface that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
