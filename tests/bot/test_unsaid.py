"""Who asked where the bot may not speak hears so, alone and once."""

from __future__ import annotations

import pytest

from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError
from models.delivery import Disposition
from models.message import MessageKind
from tests.fakes.chat import ChatBench, channel

NOT_INVITED = AuthenticationError("posting: not_in_channel; type `/invite @bellhop` there", is_forbidden=True)
UNKNOWN = NotFoundError("posting: channel_not_found")


async def asked(*errors: IntegrationError) -> ChatBench:
    """A fix typed in a channel, whose card meets `errors`."""
    bench = ChatBench()
    await bench.link()
    bench.chat.failures["post"] = list(errors)
    await bench.say("/bellhop fix it repo=acme/shop", kind=MessageKind.SLASH, thread=channel())
    assert (await bench.dispositions())[-1] is Disposition.ACCEPTED
    return bench


@pytest.mark.parametrize(
    ("error", "words"), [(NOT_INVITED, "/invite @bellhop"), (UNKNOWN, "invite me there (`/invite @bellhop`)")]
)
async def test_who_asked_where_the_bot_may_not_speak_hears_so_alone(
    error: IntegrationError, words: str
) -> None:
    bench = await asked(error)
    assert bench.posts == []
    [told] = bench.whispers
    assert (told.audience, words in told.text) == ("U1", True)


async def test_it_is_told_once_however_often_it_is_tried() -> None:
    bench = await asked(UNKNOWN, UNKNOWN, UNKNOWN)
    async with bench.storage.begin() as work:
        await work.outbox.revive(None)
    await bench.deliver_answers()
    assert bench.chat.failures["post"] == [UNKNOWN]
    assert len(bench.whispers) == 1


async def test_a_bad_day_is_nothing_to_tell() -> None:
    bench = await asked(NetworkError("posting: no answer"), AuthenticationError("posting: token_revoked"))
    assert bench.whispers == []


async def test_a_whisper_that_is_refused_is_not_whispered_about() -> None:
    bench = ChatBench()
    bench.chat.failures["whisper"] = [UNKNOWN]
    await bench.say("@bellhop whoami")
    assert bench.whispers == []


async def test_a_forge_has_nobody_to_speak_to_alone() -> None:
    bench = ChatBench()
    bench.forge.failures["post"] = [UNKNOWN]
    await bench.comment("@bellhop ping")
    assert bench.whispers == []
    assert bench.comments == []
