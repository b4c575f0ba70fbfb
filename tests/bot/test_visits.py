"""A link, opened: to the forge and back, both accounts shown, joined when their owner says so, once."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import tickets, visits
from bot.errors import IntegrationError, NetworkError, Refused
from bot.visits import Astray, Gone
from models.message import Actor, ThreadKind
from tests.fakes.chat import channel
from tests.fakes.platform import ME
from tests.fakes.sign_in import ADA, BO, URL, Town


@pytest.fixture
def town() -> Town:
    return Town()


async def test_a_prompt_offers_the_link_and_the_code(town: Town) -> None:
    await town.say("@bellhop link")
    assert town.last_token()
    assert re.search(r"/bellhop link [0-9A-Z]{10}", town.whispers[-1].text)
    assert "pass none of them on" in town.whispers[-1].text


async def test_without_signing_in_there_is_the_code_alone(town: Town) -> None:
    town.forge.sign_in = None
    await town.say("@bellhop link")
    assert "/link/" not in town.whispers[-1].text
    assert "/bellhop link " in town.whispers[-1].text
    with pytest.raises(Gone):
        await town.opened(tickets.make())


async def test_a_browser_is_sent_to_the_forge_with_what_binds_it(town: Town) -> None:
    ticket = await town.opened(await town.token())
    asked = parse_qs(urlsplit(town.sent_to).query)
    assert asked == {
        "back": [f"{URL}/link/callback"],
        "state": [ticket.state],
        "challenge": [ticket.challenge],
    }


async def test_who_signs_in_and_agrees_is_linked_and_told_so_alone(town: Town) -> None:
    ticket = await town.opened(await town.token())
    await town.returned(ticket)
    assert town.signing.asked == [(f"{URL}/link/callback", "c-1", ticket.verifier)]
    pair = await visits.look(town.services, ticket)
    assert (pair.account.id, pair.own.id, pair.own.login, pair.is_joined) == ("U1", "101", "ada", False)
    assert await town.account_of("U1") == "", "nothing is joined by being shown"
    await town.confirmed(ticket)
    assert await town.account_of("U1") == "101"
    assert (town.whispers[-1].audience, town.posts, town.comments) == ("U1", [], [])
    assert town.whispers[-1].text.startswith("You are @ada on github now.")


async def test_all_that_waited_goes_on_once_in_its_order(town: Town) -> None:
    await town.say("@bellhop fix the till repo=acme/shop")
    token = town.last_token()
    await town.say("@bellhop fix the drawer repo=acme/shop")
    ticket = await town.opened(token)
    await town.returned(ticket)
    await town.confirmed(ticket)
    assert [job.request.text for job in reversed(await town.jobs())] == ["the till", "the drawer"]
    assert (await visits.look(town.services, ticket)).is_joined
    await town.confirmed(ticket)
    assert len(await town.jobs()) == 2
    assert sum("goes on" in whisper.text for whisper in town.whispers) == 2, (
        "in the prompt, and once after it"
    )


async def test_a_second_request_keeps_the_first_prompt_good(town: Town) -> None:
    await town.say("@bellhop fix the till repo=acme/shop")
    first = town.last_token()
    code = re.search(r"/bellhop link (\w+)", town.whispers[-1].text)
    await town.say("@bellhop fix the drawer repo=acme/shop")
    assert town.whispers[-1].text.startswith("That waits too")
    assert len(town.whispers) == 2
    assert await town.opened(first)
    assert code is not None
    await town.comment(f"/bellhop link {code[1]}")
    await town.dispatch()
    assert [job.request.text for job in reversed(await town.jobs())] == ["the till", "the drawer"]
    with pytest.raises(Gone):
        await town.opened(first)


async def test_after_a_quarter_of_an_hour_there_is_a_new_prompt(town: Town) -> None:
    await town.say("@bellhop fix the till repo=acme/shop")
    first = town.last_token()
    town.let_pass(minutes=16)
    await town.say("@bellhop fix the drawer repo=acme/shop")
    assert town.last_token() != first
    with pytest.raises(Gone):
        await town.opened(first)


@pytest.mark.parametrize("token", ["", "x", "callback", "../healthz", "a" * 43, "é" * 43, "a" * 5000])
async def test_a_link_that_nobody_was_given_leads_nowhere(town: Town, token: str) -> None:
    with pytest.raises(Gone):
        await town.opened(token)


async def test_an_expired_link_leads_nowhere_nor_does_its_way_back(town: Town) -> None:
    token = await town.token()
    ticket = await town.opened(token)
    town.let_pass(minutes=16)
    with pytest.raises(Gone):
        await town.opened(token)
    with pytest.raises(Gone):
        await town.returned(ticket)
    assert town.signing.asked == []


async def test_signed_in_too_slowly_nothing_is_linked(town: Town) -> None:
    ticket = await town.opened(await town.token())
    await town.returned(ticket)
    town.let_pass(minutes=16)
    with pytest.raises(Refused):
        await town.confirmed(ticket)
    assert await town.account_of("U1") == ""


async def test_a_used_link_leads_nowhere(town: Town) -> None:
    token = await town.token()
    ticket = await town.opened(token)
    await town.returned(ticket)
    await town.confirmed(ticket)
    with pytest.raises(Gone):
        await town.opened(token)


async def test_a_state_comes_back_once(town: Town) -> None:
    ticket = await town.opened(await town.token())
    await town.returned(ticket)
    with pytest.raises(Astray):
        await town.returned(ticket, BO)
    assert len(town.signing.asked) == 1
    await town.confirmed(ticket)
    assert await town.account_of("U1") == "101"


async def test_whoever_never_opened_the_link_cannot_come_back_from_it(town: Town) -> None:
    token = await town.token()
    ticket = await town.opened(token)
    stranger = tickets.fresh(token)
    for held, state in (
        (None, ticket.state),
        (stranger, ticket.state),
        (ticket, stranger.state),
        (ticket, ""),
    ):
        with pytest.raises(Astray):
            await town.returned(held, state=state)
    assert town.signing.asked == [], "the forge is not asked"
    await town.returned(ticket)


async def test_the_code_of_another_is_no_code(town: Town) -> None:
    ticket = await town.opened(await town.token())
    with pytest.raises(Refused, match="none"):
        await town.returned(ticket, code="somebody else's")
    with pytest.raises(Astray):
        await visits.look(town.services, ticket)


async def test_a_double_click_on_the_link_keeps_the_way_back(town: Town) -> None:
    token = await town.token()
    ticket = await town.opened(token)
    assert await town.opened(token, ticket) == ticket
    await town.returned(ticket)
    fresh = await town.opened(token, ticket)
    assert fresh != ticket, "after it came back, a new way begins"
    other = await town.token("U2")
    assert (await town.opened(other, fresh)).token == other


async def test_whoever_does_not_agree_links_nothing_and_may_try_again(town: Town) -> None:
    token = await town.token()
    ticket = await town.opened(token)
    with pytest.raises(Refused, match="did not sign in"):
        await town.returned(ticket, error="access_denied", code="")
    with pytest.raises(Refused, match="application_suspended"):
        await town.returned(await town.opened(token, ticket), error="application_suspended", code="")
    with pytest.raises(Refused, match="did not say why"):
        await town.returned(await town.opened(token), error="<script>", code="")
    assert town.signing.asked == []
    again = await town.opened(token)
    await town.returned(again)
    await town.confirmed(again)
    assert await town.account_of("U1") == "101"


@pytest.mark.parametrize("failure", [NetworkError("no answer"), IntegrationError("garbage", "answer")])
async def test_a_forge_that_does_not_answer_costs_only_another_try(
    town: Town, failure: IntegrationError
) -> None:
    token = await town.token()
    ticket = await town.opened(token)
    town.signing.failures.append(failure)
    with pytest.raises(IntegrationError):
        await town.returned(ticket)
    with pytest.raises(Astray):
        await visits.look(town.services, ticket)
    again = await town.opened(token, ticket)
    await town.returned(again)
    await town.confirmed(again)
    assert await town.account_of("U1") == "101"


async def test_one_link_asks_the_forge_only_so_often(town: Town) -> None:
    token = await town.token()
    for _ in range(visits.MOST_ARRIVALS):
        await town.returned(await town.opened(token))
    with pytest.raises(Astray):
        await town.returned(await town.opened(token))
    assert len(town.signing.asked) == visits.MOST_ARRIVALS


@pytest.mark.parametrize("who", [ME, Actor(id="7", login="robot", is_bot=True)])
async def test_nobody_is_linked_with_the_bots_account_or_a_program(town: Town, who: Actor) -> None:
    ticket = await town.opened(await town.token())
    with pytest.raises(Refused, match="no person's account"):
        await town.returned(ticket, who)
    assert await town.account_of("U1") == ""


async def test_a_form_without_the_seal_joins_nothing(town: Town) -> None:
    ticket = await town.opened(await town.token())
    await town.returned(ticket)
    for seal in ("", ticket.state, tickets.fresh(ticket.token).seal):
        with pytest.raises(Astray):
            await town.confirmed(ticket, seal)
    assert await town.account_of("U1") == ""


async def test_two_browsers_of_one_link_join_it_once(town: Town) -> None:
    token = await town.token()
    first, second = await town.opened(token), await town.opened(token)
    await town.returned(first, ADA)
    await town.returned(second, BO)
    await town.confirmed(second)
    with pytest.raises(Gone):
        await town.confirmed(first)
    with pytest.raises(Gone):
        await visits.look(town.services, first)
    assert await town.account_of("U1") == "102"


async def test_a_code_told_anew_ends_the_way_that_began_before(town: Town) -> None:
    ticket = await town.opened(await town.token())
    await town.returned(ticket)
    await town.say("@bellhop link")
    with pytest.raises(Gone):
        await town.confirmed(ticket)
    assert await town.account_of("U1") == ""


async def test_whose_link_is_taken_over_is_shown_before_and_told_after(town: Town) -> None:
    await town.link("U1")
    ticket = await town.opened(await town.token("U2"))
    await town.returned(ticket, ADA)
    assert [each.id for each in (await visits.look(town.services, ticket)).displaced] == ["U1"]
    await town.confirmed(ticket)
    told = {whisper.audience: whisper for whisper in town.whispers}
    assert "was linked with you here" in told["U1"].text
    assert re.search(r"linked with bo instead", told["U1"].text, re.IGNORECASE)
    assert (await town.account_of("U1"), await town.account_of("U2")) == ("", "101")


async def test_who_is_displaced_is_not_told_in_the_others_conversation(town: Town) -> None:
    await town.link("U1")
    direct = channel(name="D2", kind=ThreadKind.DIRECT)
    await town.say("link", user="U2", thread=direct, is_direct=True)
    ticket = await town.opened(town.last_token())
    await town.returned(ticket, ADA)
    await town.confirmed(ticket)
    [told] = [whisper for whisper in town.whispers if whisper.audience == "U1"]
    assert told.thread.kind is not ThreadKind.DIRECT


async def test_what_was_confirmed_is_in_the_audit(town: Town) -> None:
    ticket = await town.opened(await town.token())
    await town.returned(ticket)
    await town.confirmed(ticket)
    async with town.storage.read() as work:
        [row] = [
            each for each in await work.audit.page(before=None, limit=50) if each.action == "link_confirmed"
        ]
    assert (row.actor, row.subject, row.request_id) == ("github:101", "slack:U1", "r-1")
