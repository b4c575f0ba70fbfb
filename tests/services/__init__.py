"""Real services for tests: private, on free ports, stopped with the session.

A test that needs one asks the fixture in `tests/conftest.py`; the fixture asks `require_service`.
"""

import os
import shutil

import pytest

from tests.services import postgres, redis

SERVICES = {"redis": redis.find, "postgres": postgres.find, "ssh-keygen": lambda: shutil.which("ssh-keygen")}

MISSING = "{name} is not installed here: {remedy}"
REMEDIES = {
    "redis": "put a redis-server on PATH, or `make install` (a wheel holds one)",
    "ssh-keygen": "install OpenSSH's client (Debian: apt-get install openssh-client)",
    "postgres": "install PostgreSQL (Debian: apt-get install postgresql)",
}


def require_service(name: str) -> None:
    """Skip the asking test when the service `name` is missing; fail it where `BELLHOP_REQUIRE_SERVICES=1`."""
    if SERVICES[name]() is not None:
        return
    reason = MISSING.format(name=name, remedy=REMEDIES[name])
    if os.environ.get("BELLHOP_REQUIRE_SERVICES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
