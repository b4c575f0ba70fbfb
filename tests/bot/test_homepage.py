"""A person's own page: drawn when they look, drawn again when a job of theirs ends, and nobody else's business."""

from __future__ import annotations

from models.delivery import Disposition
from models.identity import Account, Role
from models.job import JobStatus
from models.message import MessageKind, ThreadKind
from models.picker import Page, Section
from tests.bot.test_telling import ended
from tests.fakes.chat import ChatBench, channel


async def look(bench: ChatBench, user: str = "U1", tab: str = "home") -> None:
    direct = channel(name=f"D{user}", kind=ThreadKind.DIRECT)
    looked = {"kind": MessageKind.EVENT, "is_created": False, "comment_id": "", "fields": {"tab": tab}}
    await bench.say("", user=user, thread=direct, **looked)


def page(bench: ChatBench, user: str = "U1") -> dict[str, tuple[str, tuple[str, ...]]]:
    drawn = Page.model_validate_json(bench.chat.pages[user])
    return {part.title: (part.text, part.commands) for part in drawn.sections}


async def known() -> ChatBench:
    bench = ChatBench()
    await bench.link()
    return bench


async def test_who_is_unknown_sees_how_to_become_known() -> None:
    bench = ChatBench()
    await look(bench)
    drawn = page(bench)
    assert drawn["Who you are"][1] == ("/bellhop link",)
    text = drawn["What you may do"][0]
    assert "Once your accounts are linked also: `fix`" in text
    assert "asks the agent" not in text
    assert await bench.dispositions() == [Disposition.ANSWERED]
    assert bench.whispers == []
    assert bench.posts == []


async def test_who_is_known_sees_their_jobs_with_what_they_can_do_about_them() -> None:
    bench = await known()
    await bench.say("@bellhop fix the till repo=acme/shop")
    [job] = await bench.jobs()
    await look(bench)
    drawn = page(bench)
    text, commands = drawn[f"{job.handle} · queued"]
    assert "the till" in text
    assert commands == (f"/bellhop status {job.handle}", f"/bellhop cancel {job.handle}")
    assert "You are @ada on github" in drawn["Who you are"][0]


async def test_nobody_sees_anothers_jobs() -> None:
    bench = await known()
    await bench.link("U2", "bo", "102")
    await bench.say("@bellhop fix the till repo=acme/shop")
    await look(bench, "U2")
    await look(bench, "U3")
    assert "Nothing of yours" in page(bench, "U2")["Your jobs"][0]
    assert "Nothing of yours" in page(bench, "U3")["Your jobs"][0]


async def test_a_jobs_end_shows_on_the_page_by_itself() -> None:
    bench = await known()
    await look(bench)
    await bench.say("@bellhop fix it repo=acme/shop")
    [job] = await bench.jobs()
    bench.chat.pages.clear()
    await ended(bench, job, JobStatus.COMPLETED)
    assert page(bench)["Lately"][0].startswith(f"- completed: {job.handle} fix")


async def test_a_cancelled_job_leaves_the_page_too() -> None:
    bench = await known()
    await bench.say("@bellhop fix the till repo=acme/shop")
    [job] = await bench.jobs()
    await look(bench)
    await bench.say(f"/bellhop cancel {job.handle}", kind=MessageKind.ACTION, thread=channel())
    assert page(bench)["Lately"][0].startswith("- cancelled:")


async def test_who_never_looked_has_no_page() -> None:
    bench = await known()
    await bench.say("@bellhop fix it repo=acme/shop")
    [job] = await bench.jobs()
    await ended(bench, job, JobStatus.COMPLETED)
    assert bench.chat.pages == {}


async def test_each_look_draws_it_again() -> None:
    bench = await known()
    await look(bench)
    bench.chat.pages.clear()
    await look(bench)
    assert "U1" in bench.chat.pages


async def test_another_part_of_the_page_is_no_look_at_it() -> None:
    bench = await known()
    await look(bench, tab="messages")
    assert bench.chat.pages == {}
    assert await bench.dispositions() == [Disposition.IGNORED_EVENT]


def parts(bench: ChatBench, user: str = "U1") -> list[Section]:
    return list(Page.model_validate_json(bench.chat.pages[user]).sections)


def about(bench: ChatBench, words: str) -> Section:
    [found] = [part for part in parts(bench) if words in part.text]
    return found


async def press(bench: ChatBench, command: str, user: str = "U1") -> None:
    """On the page: it stands in no channel, so it is as in the conversation with that person."""
    thread = channel(name=user, kind=ThreadKind.DIRECT)
    await bench.say(command, user=user, kind=MessageKind.ACTION, thread=thread, is_direct=True)


async def test_what_their_channels_are_set_to() -> None:
    bench = await known()
    await bench.say("@bellhop repo set acme/till")
    await bench.say("@bellhop subscribe acme/shop jobs")
    await look(bench)
    default = about(bench, "Requests in #C1 are about `acme/till`")
    assert default.commands == ("/bellhop repo unset in=C1",)
    assert default.menu is not None
    assert default.menu.command == "/bellhop repo set {choice} in=C1"
    about(bench, "#C1 follows `acme/shop`: jobs.")
    await look(bench, "U2")
    assert "You set none yet" in page(bench, "U2")["Your channels"][0]


async def test_a_channels_default_is_changed_and_cleared_from_the_page() -> None:
    bench = await known()
    await bench.say("@bellhop repo set acme/till")
    await look(bench)
    await press(bench, "/bellhop repo set acme/shop in=C1")
    assert "Requests in #C1 are about `acme/shop` from now on" in bench.whispers[-1].text
    about(bench, "Requests in #C1 are about `acme/shop`")
    await press(bench, about(bench, "Requests in #C1").commands[0])
    assert "You set none yet" in page(bench)["Your channels"][0]
    await bench.say("@bellhop repo")
    assert "about no repository by default" in bench.whispers[-1].text


async def test_only_who_set_it_changes_a_channel_from_elsewhere_and_only_with_the_right() -> None:
    bench = await known()
    await bench.link("U2", "bo", "102")
    await bench.say("@bellhop repo set acme/till")
    await look(bench)
    for command in ("/bellhop repo set acme/shop in=C1", "/bellhop repo unset in=C1", "/bellhop repo in=C1"):
        await press(bench, command, "U2")
        assert "only whoever set a channel's repository last" in bench.whispers[-1].text
        assert (await bench.dispositions())[-1] is Disposition.DENIED_ROLE
    bench.forge.roles["ada"] = Role.READ
    await press(bench, "/bellhop repo set acme/shop in=C1")
    assert "needs write on acme/shop, you have read" in bench.whispers[-1].text
    bench.forge.roles["ada"] = Role.NONE
    await press(bench, "/bellhop repo unset in=C1")
    assert "needs read on acme/till" in bench.whispers[-1].text
    about(bench, "Requests in #C1 are about `acme/till`")


async def test_a_persons_own_default_is_set_on_their_page_and_used_where_they_are_alone_with_the_bot() -> (
    None
):
    bench = await known()
    await look(bench)
    own = next(part for part in parts(bench) if part.title == "Your default")
    assert (own.commands, own.menu and own.menu.command) == ((), "/bellhop repo set {choice}")
    await press(bench, "/bellhop repo set acme/till")
    assert "Requests of yours to me alone are about `acme/till` from now on" in bench.whispers[-1].text
    assert "is about `acme/till`" in page(bench)["Your default"][0]
    alone = channel("9.9", name="DU1", kind=ThreadKind.DIRECT)
    await bench.say("fix the drawer", thread=alone, is_direct=True)
    [job] = await bench.jobs()
    assert job.place is not None
    assert job.place.repository == "acme/till"
    await bench.say("@bellhop fix the door", thread=channel("8.8"), comment_id="8.8")
    assert len(await bench.jobs()) == 1, "in a channel it is asked"
    bench.forge.roles["ada"] = Role.NONE
    await press(bench, page(bench)["Your default"][1][0])
    assert "no repository by default any more" in bench.whispers[-1].text, "nobody is locked in"


async def test_the_page_follows_what_its_reader_does_elsewhere() -> None:
    bench = ChatBench()
    await look(bench)
    assert "asks the agent" not in page(bench)["What you may do"][0]
    await bench.say("link", thread=channel("1.1", name="DU1", kind=ThreadKind.DIRECT), is_direct=True)
    await bench.comment(f"/bellhop link {bench.whispers[-1].text.split('/bellhop link ')[1].split()[0]}")
    assert "You are @ada on github" in page(bench)["Who you are"][0]
    assert "asks the agent" in page(bench)["What you may do"][0]
    await bench.comment("@bellhop fix it")
    [job] = await bench.jobs()
    assert f"{job.handle} · queued" in page(bench)
    await bench.comment("/bellhop unlink")
    assert "I don't know yet who you are" in page(bench)["Who you are"][0]


async def test_what_is_typed_in_a_menu_of_the_page_is_its_owners() -> None:
    bench = await known()
    ada = Account(platform="slack", workspace="T1", id="U1")
    assert await bench.type_ahead("", "till", owner=ada) == ["acme/till"]
    assert await bench.type_ahead("", "till", owner=ada.model_copy(update={"id": "U9"})) == []
