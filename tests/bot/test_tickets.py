"""A browser's ticket: what is worked out from it agrees for the same browser and link alone."""

from __future__ import annotations

import base64
import hashlib

import pytest

from bot import tickets


def test_what_is_derived_is_the_same_each_time_and_each_purpose_has_its_own() -> None:
    ticket = tickets.fresh(tickets.make())
    again = tickets.read(ticket.cookie)
    assert again == ticket
    derived = [ticket.id, ticket.state, ticket.seal, ticket.verifier, ticket.challenge]
    assert [again.id, again.state, again.seal, again.verifier, again.challenge] == derived
    assert len({*derived, ticket.token, ticket.secret}) == 7


def test_another_browser_and_another_link_derive_something_else() -> None:
    ticket = tickets.fresh(tickets.make())
    others = (tickets.fresh(ticket.token), tickets.Ticket(tickets.make(), ticket.secret))
    assert all(other.state != ticket.state and other.seal != ticket.seal for other in others)


def test_the_challenge_is_the_verifiers_hash_as_pkce_wants_it() -> None:
    ticket = tickets.fresh(tickets.make())
    hashed = hashlib.sha256(ticket.verifier.encode()).digest()
    assert ticket.challenge == base64.urlsafe_b64encode(hashed).decode().rstrip("=")
    assert len(ticket.verifier) == 43
    assert set(ticket.verifier) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@pytest.mark.parametrize(
    "cookie", ["", ".", "a.b", "é" * 43 + "." + "b" * 43, "a" * 43, "a" * 43 + "." + "b" * 44]
)
def test_what_is_no_ticket_is_none(cookie: str) -> None:
    assert tickets.read(cookie) is None


def test_a_ticket_does_not_show_itself() -> None:
    ticket = tickets.fresh(tickets.make())
    assert ticket.token not in repr(ticket)
    assert ticket.secret not in repr(ticket)


@pytest.mark.parametrize("given", ["", "é", "\ud800", "right and more"])
def test_what_does_not_agree_is_no_error(given: str) -> None:
    assert not tickets.agrees(given, "right")
    assert tickets.agrees("right", "right")
