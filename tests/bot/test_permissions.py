"""One policy function: who may do what."""

from __future__ import annotations

import itertools

import pytest

from bot import permissions
from models.identity import Role


@pytest.mark.parametrize(("needs", "has"), list(itertools.product(Role, Role)))
def test_enough_is_enough_and_less_is_not(needs: Role, has: Role) -> None:
    decision = permissions.decide(needs, has, "acme/api")
    assert decision.is_allowed is (has >= needs)
    assert (decision.needs, decision.has) == (needs, has)


def test_the_reason_is_a_sentence_for_the_person() -> None:
    assert permissions.decide(Role.MAINTAIN, Role.WRITE, "acme/api").reason == (
        f"needs {Role.MAINTAIN.label} on acme/api, you have {Role.WRITE.label}"
    )
    stranger = permissions.decide(Role.WRITE, Role.NONE, "acme/api")
    assert stranger.reason == f"needs {Role.WRITE.label} on acme/api, where you have no role"
    assert permissions.decide(Role.NONE, Role.NONE, "acme/api").reason == permissions.OPEN
    assert (
        permissions.decide(Role.READ, Role.ADMIN, "x").reason
        == f"needs {Role.READ.label}, has {Role.ADMIN.label}"
    )
