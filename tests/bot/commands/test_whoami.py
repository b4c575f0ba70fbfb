"""`whoami` names the immutable id and the live role."""

from __future__ import annotations

from models.identity import Role
from tests.fakes.services import Bench


async def test_a_guest_learns_what_is_allowed() -> None:
    bench = Bench()
    bench.platform.default_role = Role.NONE
    await bench.hear("/bellhop whoami")
    assert "You are @ana (github id 304) with role **none** on acme/shop." in bench.answers[0]
    assert "`help`" in bench.answers[0]
    assert "`fix`" not in bench.answers[0]
