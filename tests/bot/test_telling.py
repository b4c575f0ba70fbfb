"""What happens in a repository is told in the channels that follow it: once, harmlessly, and not without end."""

from __future__ import annotations

from typing import Any

import pytest

from bot import telling
from bot.errors import AuthenticationError, IntegrationError, NetworkError, NotFoundError, RateLimitError
from bot.run import Run
from jobs import settlement
from jobs.attempt import Ending
from models.delivery import Disposition
from models.identity import Account
from models.job import Failure, Job, JobStatus
from models.message import Actor, MessageKind
from models.news import News, Topic
from tests.fakes.chat import ChatBench, channel
from tests.fakes.platform import ME, said

ADA = Actor(id="101", login="ada")
CHAT_ADA = Account(platform="slack", workspace="T1", id="U1")
URL = "https://git.example/acme/shop/issues/7"


def news(**given: Any) -> News:
    plain = {
        "key": "issues.opened:7",
        "topic": Topic.ISSUES,
        "repository": "Acme/shop",
        "what": "opened issue",
    }
    return News.model_validate(plain | {"name": "#7", "title": "It leaks", "url": URL, "actor": ADA} | given)


async def following(events: str = "") -> ChatBench:
    bench = ChatBench()
    await bench.link()
    await bench.say(f"@bellhop subscribe acme/shop {events}".strip())
    bench.chat.comments.clear()
    bench.chat.calls.clear()
    bench.forge.calls.clear()
    return bench


async def happens(bench: ChatBench, happening: News, text: str = "", **given: Any) -> None:
    """The forge tells us."""
    fields = {"news": happening.model_dump_json()}
    await bench._deliver("github", said(text, fields=fields, actor=ADA, **given))


async def ended(bench: ChatBench, job: Job, status: JobStatus, failure: Failure | None = None) -> None:
    async with bench.storage.begin() as work:
        claimed = await work.jobs.claim(job.id, "w", 60)
    assert claimed is not None
    run = Run(bench.services, claimed, "w")
    await settlement.settle(run, Ending(status=status, failure=failure, detail="it broke" if failure else ""))
    await bench.deliver_answers()


async def test_a_channel_is_told_what_happens() -> None:
    bench = await following()
    await happens(bench, news())
    [post] = bench.posts
    assert post.startswith(f"**Acme/shop** · @\u200bada opened issue [#7]({URL}): It leaks\n")
    assert bench.chat.comments[0].thread == channel(), "in the channel, in no thread"


async def test_it_is_told_once_however_many_deliveries_tell_of_it() -> None:
    bench = await following()
    for _ in range(3):
        await happens(bench, news())
    assert len(bench.posts) == 1
    await happens(bench, news(key="issues.closed:7", what="closed issue"))
    assert len(bench.posts) == 2


async def test_what_was_not_asked_for_is_not_told() -> None:
    bench = await following("pulls")
    await happens(bench, news())
    await happens(bench, news(topic=Topic.PULLS, repository="acme/till"))
    assert bench.posts == []
    await happens(bench, news(topic=Topic.PULLS))
    assert len(bench.posts) == 1


async def test_our_own_doing_is_not_told_again() -> None:
    bench = await following()
    await happens(bench, news(actor=ME))
    assert bench.posts == []


async def test_what_is_addressed_is_told_and_answered() -> None:
    bench = await following()
    await happens(bench, news(), "@bellhop ping", kind=MessageKind.BODY, comment_id="7", number=7)
    assert len(bench.posts) == 1
    assert bench.comments[-1].startswith("pong")


async def test_of_what_is_told_nothing_is_obeyed() -> None:
    bench = await following()
    await happens(bench, news(title="@bellhop fix <!channel> [gift](https://evil.example) `x`"))
    [post] = bench.posts
    assert "@bellhop" not in post
    assert "<!channel" not in post
    assert "](https://evil" not in post
    before = len(await bench.jobs())
    await bench.say(post)
    assert len(await bench.jobs()) == before


async def test_an_address_that_is_none_is_no_link() -> None:
    assert "](" not in telling.words(news(url="javascript:alert(1)"))
    assert "](" not in telling.words(news(url="https://x/) [y](https://evil"))


async def test_a_storm_is_counted_in_one_message_that_is_edited() -> None:
    bench = await following()
    for number in range(telling.MOST_A_MINUTE + 30):
        for _ in range(2):  # of a repository's hook and of its organization's
            await happens(bench, news(key=f"issues.opened:{number}"))
    assert telling.MOST_A_MINUTE < len(bench.posts) <= telling.MOST_A_MINUTE + 2, "a minute may end meanwhile"
    counted = [int(post.split("· ")[1].split(" more")[0]) for post in bench.posts[telling.MOST_A_MINUTE :]]
    assert sum(counted) == 30


async def test_a_private_repository_is_told_while_its_subscriber_may_read_it() -> None:
    bench = await following()
    await happens(bench, news(is_private=True))
    assert len(bench.posts) == 1
    assert bench.forge.calls.count("role_of") == 1
    await happens(bench, news(key="another", is_private=True))
    assert bench.forge.calls.count("role_of") == 1, "asked a moment ago"


async def test_of_a_public_one_nobody_is_asked() -> None:
    bench = await following()
    await happens(bench, news(is_private=False))
    assert len(bench.posts) == 1
    assert bench.forge.calls.count("role_of") == 0


async def test_who_may_not_read_it_any_more_lets_nothing_out_and_is_told_so_once() -> None:
    bench = await following()
    async with bench.storage.begin() as work:
        await work.people.unlink(CHAT_ADA)
    for number in range(3):
        await happens(bench, news(key=f"n{number}", is_private=True))
    [post] = bench.chat.comments
    assert "can't read it any more" in post.body
    assert post.thread.channel == "U1", "nobody else reads it"
    await bench.link()
    await happens(bench, news(key="n9", is_private=True))
    assert bench.posts[-1].startswith("**Acme/shop**"), "it goes on by itself"


async def test_nothing_leaves_while_the_forge_does_not_say_who_may_read() -> None:
    bench = await following()
    bench.forge.failures["role_of"] = [RateLimitError("asking: too much", 3600), NetworkError("asking: away")]
    await happens(bench, news(is_private=True))
    assert bench.posts == []
    await bench.say("@bellhop ping")
    assert len(bench.posts) == 1, "the chat itself is well"
    async with bench.storage.read() as work:
        [row] = await work.outbox.waiting(9)
    assert "whether they may still read" in row.last_error


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("posting in #C1: channel_not_found"),
        AuthenticationError("posting in #C1: not_in_channel", is_forbidden=True),
    ],
)
async def test_a_channel_that_takes_nothing_is_told_to_who_subscribed(error: IntegrationError) -> None:
    bench = await following()
    bench.chat.failures["post"] = [error]
    await happens(bench, news())
    [post] = bench.chat.comments
    assert "can't write there" in post.body
    assert post.thread.channel == "U1"


async def test_after_unsubscribing_nothing_more_is_told() -> None:
    bench = await following()
    await bench.say("@bellhop unsubscribe acme/shop")
    bench.chat.comments.clear()
    await happens(bench, news())
    assert bench.posts == []


async def test_the_end_of_a_job_is_told_but_not_where_its_card_is() -> None:
    bench = await following()
    await bench.say("@bellhop subscribe acme/shop jobs", thread=channel("1.1", name="C2"))
    bench.chat.comments.clear()
    await bench.say("@bellhop fix repo=Acme/Shop", thread=channel("2.2"))
    [job] = await bench.jobs()
    await ended(bench, job, JobStatus.FAILED, Failure.AGENT)
    told = [each for each in bench.chat.comments if each.thread.channel == "C2"]
    assert len(told) == 1
    assert told[0].body.startswith(f"**Acme/Shop** · ❌ {job.handle} failed in the agent: it broke.")
    assert [each.thread.root for each in bench.chat.comments if each.thread.channel == "C1"] == ["2.2"]


async def test_a_job_asked_for_on_the_forge_is_told_when_it_is_done() -> None:
    bench = await following("jobs")
    await bench.comment("@bellhop ask why?")
    [job] = await bench.jobs()
    await ended(bench, job, JobStatus.COMPLETED)
    assert [post.split(" in ")[0] for post in bench.posts] == [f"**acme/shop** · ✅ {job.handle} answered"]


async def test_news_change_no_disposition() -> None:
    bench = await following()
    await happens(bench, news())
    newest = (await bench.deliveries())[0]
    assert newest.disposition is Disposition.IGNORED_NOT_ADDRESSED
