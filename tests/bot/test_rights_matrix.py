"""Who may do what: people x repositories x verbs, as a table to be read; and help offers just that."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable

import pytest

from bot.commands import COMMANDS
from models.delivery import Disposition
from models.identity import Role
from models.job import Job, JobStatus
from models.message import Actor
from tests.fakes.chat import ChatBench, channel
from tests.fakes.platform import place, said

#: +: done. .: answered. -: denied, for want of a right.
FORGE = """
verb         admin maintain write triage read none
fix          +     +        +     -      -    -
ask          +     +        +     -      -    -
new          +     +        +     -      -    -
cancel       +     +        +     -      -    -
retry        +     +        +     -      -    -
undo         .     .        .     -      -    -
jobs         .     .        .     .      .    -
status       .     .        .     .      .    -
logs         .     .        .     -      -    -
repo         .     .        .     .      .    -
subscribe    .     .        .     .      .    -
unsubscribe  .     .        .     .      .    .
help         .     .        .     .      .    .
whoami       .     .        .     .      .    .
link         .     .        .     .      .    .
unlink       .     .        .     .      .    .
why          .     .        .     .      .    .
ping         .     .        .     .      .    .
version      .     .        .     .      .    .
"""
#: From a chat, by who they are there and what their account may do on the forge. ?: asked who they are there.
#: x: told that this is for members only, whatever their account may. o: there is no such job for them.
CHAT = """
verb         admin maintain write triage read none unlinked guest stranger
fix          +     +        +     -      -    -    ?        x     x
ask          +     +        +     -      -    -    ?        x     x
new          +     +        +     -      -    -    ?        x     x
cancel       +     +        +     -      -    o    ?        x     x
retry        +     +        +     -      -    o    ?        x     x
undo         .     .        .     -      -    o    ?        x     x
jobs         .     .        .     .      .    -    ?        x     x
status       .     .        .     .      .    o    ?        x     x
logs         .     .        .     -      -    o    ?        x     x
repo         .     .        .     .      .    -    ?        x     x
subscribe    .     .        .     .      .    -    ?        x     x
unsubscribe  .     .        .     .      .    .    .        .     x
help         .     .        .     .      .    .    .        .     .
whoami       .     .        .     .      .    .    .        .     .
link         .     .        .     .      .    .    .        .     .
unlink       .     .        .     .      .    .    .        .     .
why          .     .        .     .      .    .    .        .     .
ping         .     .        .     .      .    .    .        .     .
version      .     .        .     .      .    .    .        .     .
"""
#: The right of each on the forge, by repository: a public one everybody may read.
RIGHTS = """
person    acme/open acme/secret
admin     admin     admin
maintain  maintain  maintain
write     write     write
triage    triage    triage
read      read      read
none      read      none
unlinked  write     write
guest     admin     admin
stranger  admin     admin
"""
WORDS = {"ask": "ask what is it?", "fix": "fix it", "new": "new it", "subscribe": "subscribe issues"}
ON_A_JOB = ("status", "logs", "cancel", "retry", "undo")  # in this order: what was cancelled can be retried
MEMBERS_ONLY = ("Only full members", "from another organization")


def table(text: str) -> dict[str, dict[str, str]]:
    """Row -> column -> cell."""
    head, *rows = (line.split() for line in text.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


MAY_ON_FORGE, MAY_ON_CHAT, HAS = table(FORGE), table(CHAT), table(RIGHTS)
CASES = [(person, repository) for person, row in HAS.items() for repository in row]


class Town(ChatBench):
    """One person in front of one repository, where a maintainer asked for a job."""

    def __init__(self, person: str, repository: str) -> None:
        super().__init__(max_jobs_per_person=100, max_jobs_per_repository=100)
        self.person, self.repository = person, repository
        self.right = HAS[person][repository]
        self.forge.roles = {person: Role[self.right.upper()], "owner": Role.MAINTAIN}
        self.forge.default_role = Role.NONE
        self.chat.guests = {"UP"} if person == "guest" else set()
        self.count = itertools.count(1)

    async def comment_as(self, login: str, text: str) -> None:
        """On the forge's issue 42 of the repository."""
        actor, id = Actor(id=f"id-{login}", login=login), str(next(self.count))
        thread = place(repository=self.repository)
        await self._deliver("github", said(text, actor=actor, thread=thread, comment_id=id))

    async def begin(self, verb: str = "fix") -> Job:
        """The owner asked for a job, which waits; to be retried or undone, it was stopped. The channel is set."""
        await self.link("UO", "owner", "id-owner")
        await self.say(f"@bellhop repo set {self.repository}", user="UO", thread=channel("0.1"))
        await self.comment_as("owner", "@bellhop fix the till")
        if verb in {"retry", "undo"}:
            [job] = await self.jobs()
            await self.comment_as("owner", f"/bellhop cancel {job.handle}")
        if self.person != "unlinked":
            await self.link("UP", self.person, f"id-{self.person}")
        [job] = await self.jobs()
        return job

    async def type_on_forge(self, words: str) -> str:
        """What the person is told."""
        before = len(self.comments)
        await self.comment_as(self.person, f"/bellhop {words}")
        return "\n".join(self.comments[before:])

    async def type_on_chat(self, words: str) -> str:
        """What the person is told, alone or not, in another channel than where the job is told of."""
        whispers, posts = len(self.whispers), len(self.posts)
        await self.say(f"@bellhop {words}", user="UP", is_stranger=self.person == "stranger")
        return "\n".join([*(each.text for each in self.whispers[whispers:]), *self.posts[posts:]])


def words_of(verb: str, repository: str, job: Job) -> str:
    text = WORDS.get(verb, verb).replace("{repository}", repository)
    return f"{text} {job.handle}" if verb in ON_A_JOB else text


async def tried(town: Town, verb: str, ask: Callable[[str], Awaitable[str]]) -> str:
    """The table's sign for what became of a verb; what is done shows in the jobs, not in words alone."""
    job = await town.begin(verb)
    before = {each.id: each.status for each in await town.jobs()}
    told = await ask(words_of(verb, town.repository, job))
    after = {each.id: each.status for each in await town.jobs()}
    disposition = (await town.deliveries())[0].disposition
    if disposition is Disposition.ACCEPTED:
        assert after != before
        assert verb != "cancel" or after[job.id] is JobStatus.CANCELLED
        return "+"
    assert after == before, (verb, disposition, told)
    if disposition is Disposition.WAITING_LINK:
        assert "I don't know yet who you are" in told
        return "?"
    if disposition is Disposition.DENIED_ROLE and any(why in told for why in MEMBERS_ONLY):
        return "x"
    if disposition is Disposition.DENIED_ROLE:
        assert f"Can't run `{verb}` here: needs" in told
        return "-"
    assert disposition is Disposition.ANSWERED, (verb, disposition, told)
    assert told
    return "o" if told.startswith("No job `") else "."


@pytest.mark.parametrize("verb", MAY_ON_FORGE)
async def test_on_a_forge(verb: str) -> None:
    wanted, found = {}, {}
    for person, repository in CASES:
        town = Town(person, repository)
        wanted[person, repository] = MAY_ON_FORGE[verb][town.right]
        found[person, repository] = await tried(town, verb, town.type_on_forge)
    assert found == wanted


@pytest.mark.parametrize("verb", MAY_ON_CHAT)
async def test_from_a_chat(verb: str) -> None:
    wanted, found = {}, {}
    for person, repository in CASES:
        town = Town(person, repository)
        wanted[person, repository] = MAY_ON_CHAT[verb][column(town)]
        found[person, repository] = await tried(town, verb, town.type_on_chat)
    assert found == wanted


def column(town: Town) -> str:
    """A chat's guest is a guest whatever their account may do; else it is the account that counts."""
    return town.person if town.person in {"unlinked", "guest", "stranger"} else town.right


@pytest.mark.parametrize(("person", "repository"), CASES)
async def test_help_offers_what_is_done_or_answered_and_nothing_else(person: str, repository: str) -> None:
    town = Town(person, repository)
    await town.begin()
    right, kind = town.right, column(town)
    assert offered(await town.type_on_forge("help"), "/") == allowed(MAY_ON_FORGE, right)
    assert offered(await town.type_on_chat("help"), "@") == allowed(MAY_ON_CHAT, kind)


def allowed(may: dict[str, dict[str, str]], who: str) -> set[str]:
    return {verb for verb, row in may.items() if row[who] in "+."}


def offered(told: str, address: str) -> set[str]:
    return set(re.findall(rf"^- `{address}bellhop (\w+)", told, re.MULTILINE))


def test_each_verb_and_each_right_has_its_cell() -> None:
    assert MAY_ON_FORGE.keys() == MAY_ON_CHAT.keys() == COMMANDS.keys()
    rights = {role.label for role in Role}
    assert set(MAY_ON_FORGE["fix"]) == rights
    assert set(MAY_ON_CHAT["fix"]) == rights | {"unlinked", "guest", "stranger"}


def test_the_tables_say_what_the_registry_needs() -> None:
    for verb, row in MAY_ON_FORGE.items():
        least = min(Role[right.upper()] for right, cell in row.items() if cell in "+.")
        assert least == COMMANDS[verb].needs, verb
