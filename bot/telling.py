"""Telling channels what happens in the repositories they follow: a row of the outbox for each happening and channel.

* Each is told once, however many deliveries tell us of it. What we did ourselves is told by our jobs, not again by the
  platform's echo; and a job is not told where its card is.
* When much happens at once, a channel gets the first of it, and beyond that one message a minute that counts.
* Of a private repository nothing is told unless whoever subscribed may still read it; that is asked when it leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot import cards, phrases
from bot.discretion import told_at
from bot.platform import Platform
from bot.ports import UnitOfWork
from bot.safety import harmless, headline
from bot.services import Services, is_forge
from models.base import now
from models.delivery import Delivery
from models.job import Job, JobStatus
from models.news import News, Topic
from models.outbox import OutboxKind, OutboxRow
from models.pending import Subscription

MOST_A_MINUTE = 10
WINDOW_SECONDS = 60.0
TEXT = "**{repository}** · {who}{what}{name}{title}"
OF_JOB = "**{repository}** · {headline}{links}"
MORE = "**{repository}** · {count} more in this minute"
COUNT = "{count}"
MARKER = "bellhop:n{digest}"
TITLE_CHARACTERS = 140
TOLD_STATES = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})
UNSAFE_IN_URL = frozenset("()<>|`\"' \t\n\\")


@dataclass(frozen=True)
class Telling:
    """One happening for one channel."""

    subscription: Subscription
    key: str
    text: str
    is_private: bool
    delivery_id: int = 0
    request_id: str = ""


def read(platform: Platform, delivery: Delivery) -> News | None:
    """What followers are told of a delivery; None for most. Pure."""
    news = platform.news(delivery) if is_forge(platform) else None
    is_own = news is not None and news.actor is not None and news.actor.id == platform.own_id != ""
    return None if is_own else news


async def due(
    services: Services, platform: Platform, heard: Sequence[tuple[Delivery, News]]
) -> list[Telling]:
    """Who is to be told of what."""
    if not heard:
        return []
    async with services.storage.read() as work:
        names = {news.repository.lower() for _, news in heard}
        followers = {
            name: await work.rooms.followers(platform.name, platform.integration, name) for name in names
        }
    return [
        Telling(each, news.key, words(news), news.is_private, delivery.id, delivery.request_id)
        for delivery, news in heard
        for each in followers[news.repository.lower()]
        if news.topic in each.events
    ]


async def of_ending(work: UnitOfWork, job: Job) -> bool:
    """A job ended: whoever follows its repository is told, in the caller's transaction. Whether anybody is."""
    place = job.place
    if job.status not in TOLD_STATES or place is None or not place.repository:
        return False
    followers = await work.rooms.followers(place.source.value, place.integration, place.repository.lower())
    told = [each for each in followers if Topic.JOBS in each.events and not _holds_card(each, job)]
    whole = await work.jobs.get_job(job.id) if told else None
    if whole is None:
        return False
    text = _of_job(whole)
    await put(
        work,
        [
            Telling(each, f"job:{job.id}:{job.attempt}", text, True, job.delivery_id or 0, job.request_id)
            for each in told
        ],
    )
    return True


async def put(work: UnitOfWork, tellings: Iterable[Telling]) -> None:
    """Have them told; each once, whoever puts it again."""
    for telling in tellings:
        if await work.keys.take(f"news:{_channel(telling)}:{telling.key}", telling.delivery_id):
            told = await work.outbox.news_of(telling.subscription.thread, WINDOW_SECONDS, MOST_A_MINUTE)
            if told < MOST_A_MINUTE:
                await work.outbox.put(_row(telling, OutboxKind.NEWS, telling.key, telling.text))
            else:
                await work.outbox.put_again(_digest(telling))


def words(news: News) -> str:
    """`**acme/shop** · @ada opened issue [#42](https://...): Login test is flaky`. Titles are strangers' words."""
    title = phrases.short(_plain(news.title), TITLE_CHARACTERS)
    name = _plain(news.name)
    return TEXT.format(
        repository=news.repository,
        who=f"{_plain('@' + news.actor.login)} " if news.actor else "somebody ",
        what=news.what,
        name=f" [{name}]({news.url})" if _is_safe(news.url) and name else f" {name}",
        title=f": {title}" if title else "",
    )


def shown_text(row: OutboxRow) -> str:
    """A row's words now: a digest counts."""
    return row.text.replace(COUNT, str(row.wanted)) if row.kind is OutboxKind.DIGEST else row.text


def _of_job(job: Job) -> str:
    card = cards.draw(told_at(job, None), cards.Situation())
    links = "".join(f" · [{_plain(label)}]({url})" for label, url in card.links if _is_safe(url))
    repository = job.place.repository if job.place else ""
    return OF_JOB.format(repository=repository, headline=harmless(card.headline), links=links)


def _plain(text: str) -> str:
    """One line that notifies nobody and is no link."""
    return headline(text).replace("[", "(").replace("]", ")")


def _is_safe(url: str) -> bool:
    return url.startswith(("https://", "http://")) and not UNSAFE_IN_URL & set(url)


def _holds_card(subscription: Subscription, job: Job) -> bool:
    asked = job.context.thread if job.context else None
    return asked is not None and asked.place == subscription.thread.place


def _channel(telling: Telling) -> str:
    return telling.subscription.thread.place


def _digest(telling: Telling) -> OutboxRow:
    repository = telling.subscription.repository
    minute = f"{repository}:{now():%Y%m%d%H%M}"
    return _row(telling, OutboxKind.DIGEST, minute, MORE.format(repository=repository, count=COUNT))


def _row(telling: Telling, kind: OutboxKind, key: str, text: str) -> OutboxRow:
    subscription, moment = telling.subscription, now()
    whole = f"{kind}:{_channel(telling)}:{key}"
    return OutboxRow(
        key=whole,
        kind=kind,
        platform=subscription.platform,
        integration=subscription.integration,
        thread=subscription.thread,
        marker=MARKER.format(digest=hashlib.sha256(whole.encode()).hexdigest()[:16]),
        text=text,
        target_id=subscription.repository,
        reaction="private" if telling.is_private else "",
        delivery_id=telling.delivery_id or None,
        request_id=telling.request_id,
        due_at=moment,
        created_at=moment,
    )
