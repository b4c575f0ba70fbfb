"""Which repository is meant is asked once, of its author alone, and the request goes on with the answer, once."""

from __future__ import annotations

from bot.chat import CHOICE, PICKER, REMEMBER
from models.delivery import Disposition
from models.identity import Role
from models.job import JobStatus
from models.message import MessageKind, ThreadKind
from models.picker import Picker
from tests.fakes.chat import ChatBench, channel


async def asked() -> tuple[ChatBench, Picker]:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix the till")
    return bench, Picker.model_validate_json(bench.whispers[-1].text)


async def test_the_question_is_for_its_author_alone_and_makes_no_job() -> None:
    bench, picker = await asked()
    assert bench.whispers[-1].audience == "U1"
    assert "fix the till" in picker.question
    assert await bench.dispositions() == [Disposition.WAITING_REPOSITORY]
    assert await bench.jobs() == []


async def test_what_is_offered_is_what_its_author_may_write_to() -> None:
    bench, picker = await asked()
    assert await bench.type_ahead(picker.id, "acme") == ["acme/shop", "acme/till"]
    assert await bench.type_ahead(picker.id, "til") == ["acme/till"]
    assert await bench.type_ahead(picker.id, "", user="U2") == [], "it is somebody else's question"
    assert await bench.type_ahead("nonsense", "") == []
    before = len(await bench.deliveries())
    await bench.type_ahead(picker.id, "a")
    assert len(await bench.deliveries()) == before, "typing is not stored"


async def test_the_request_goes_on_with_the_choice_once() -> None:
    bench, picker = await asked()
    await bench.choose(picker.id, "acme/till")
    await bench.choose(picker.id, "acme/shop")
    await bench.dispatch()
    await bench.dispatch()
    [job] = await bench.jobs()
    assert job.place is not None
    assert job.place.repository == "acme/till"
    assert job.request.text == "the till"
    assert "`acme/till` it is; that was chosen already." in bench.whispers[-1].text


async def test_nobody_else_answers_it() -> None:
    bench, picker = await asked()
    await bench.link("U2", "bo", "102")
    await bench.choose(picker.id, "acme/till", user="U2")
    assert bench.whispers[-1].audience == "U2"
    assert "for somebody else" in bench.whispers[-1].text
    assert await bench.jobs() == []


async def test_a_choice_gives_no_right() -> None:
    bench, picker = await asked()
    bench.forge.roles["ada"] = Role.READ
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    await bench.deliver_answers()
    assert await bench.jobs() == []
    assert "needs write on acme/till" in bench.whispers[-1].text


async def test_what_is_remembered_is_the_channels() -> None:
    bench, picker = await asked()
    await bench.choose(picker.id, "acme/till", remember="yes")
    await bench.dispatch()
    await bench.say("@bellhop fix another")
    assert {job.place.repository for job in await bench.jobs() if job.place} == {"acme/till"}
    assert len(await bench.jobs()) == 2


async def test_a_tick_beside_the_choice_chooses_nothing_and_says_nothing() -> None:
    bench, picker = await asked()
    before = len(bench.whispers)
    for fields in ({PICKER: picker.id, REMEMBER: "yes"}, {PICKER: picker.id, REMEMBER: "yes", CHOICE: ""}):
        await bench.say("", kind=MessageKind.ACTION, thread=channel(), fields=fields)
    assert len(bench.whispers) == before
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    assert len(await bench.jobs()) == 1


async def test_the_twin_of_a_delivery_asks_nothing() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix it", comment_id="5.5", thread=channel("5.5"))
    await bench.say("@bellhop fix it", comment_id="5.5", thread=channel("5.5"))
    assert len(bench.whispers) == 1
    assert await bench.dispositions() == [Disposition.WAITING_REPOSITORY, Disposition.DUPLICATE]


async def test_below_the_card_all_goes_on_with_its_repository() -> None:
    bench, picker = await asked()
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    [job] = await bench.jobs()
    assert job.context is not None
    assert job.context.thread is not None
    thread = job.context.thread
    await bench.say("and the drawer too", thread=thread)
    newest = (await bench.jobs())[0]
    assert newest.request.text == "and the drawer too"
    assert newest.place is not None
    assert newest.place.repository == "acme/till"
    assert newest.lock_key == job.lock_key, "one conversation is one line"
    before = len(await bench.jobs())
    await bench.say("> ✅ J-7K3Q done in 3s\n>\n> Next:\n\n```\n> undo\n```", thread=thread)
    assert len(await bench.jobs()) == before, "who only quotes asks for nothing"
    await bench.say("lovely weather", thread=channel("1.2"))
    assert (await bench.dispositions())[-1] is Disposition.IGNORED_NOT_ADDRESSED


async def test_a_job_is_known_on_the_forge_and_in_the_chat() -> None:
    bench, picker = await asked()
    await bench.choose(picker.id, "acme/till")
    await bench.dispatch()
    [job] = await bench.jobs()
    assert job.context is not None
    await bench.say(f"@bellhop cancel {job.handle}", thread=channel())
    [job] = await bench.jobs()
    assert job.status is JobStatus.CANCELLED
    assert job.cancel_requested_by == "ada", "by the account that has the right"


async def test_alone_with_the_bot_no_name_is_needed() -> None:
    bench = ChatBench()
    await bench.link()
    direct = channel("9.9", name="D1", kind=ThreadKind.DIRECT)
    await bench.say("version", thread=direct, is_direct=True)
    assert (await bench.dispositions())[-1] is Disposition.ANSWERED
    await bench.say("please fix the login repo=acme/shop", thread=direct, is_direct=True)
    [job] = await bench.jobs()
    assert job.request.verb == "fix"


async def test_refusals_and_help_are_for_their_author_alone() -> None:
    bench = ChatBench()
    for text in ("@bellhop help", "/bellhop nonsense", "@bellhop whoami", "@bellhop status"):
        await bench.say(text)
    assert bench.posts == []
    assert {each.audience for each in bench.whispers} == {"U1"}


async def test_a_typed_command_is_answered_to_its_author_alone() -> None:
    bench = ChatBench()
    await bench.say(
        "/bellhop ping", kind=MessageKind.SLASH, thread=channel(), answer_url="https://hooks.test/1"
    )
    assert bench.posts == []
    assert bench.whispers[-1].answer_url == "https://hooks.test/1"


async def test_a_stranger_gets_nothing_done() -> None:
    bench = ChatBench()
    await bench.link()
    await bench.say("@bellhop fix it repo=acme/shop", is_stranger=True)
    assert "another organization" in bench.whispers[-1].text
    assert await bench.jobs() == []


async def test_commands_typed_to_a_channel_do_not_wait_for_each_other() -> None:
    bench = ChatBench()
    await bench.link()
    for repository in ("acme/shop", "acme/till"):
        text = f"/bellhop fix it repo={repository}"
        await bench.say(text, kind=MessageKind.SLASH, thread=channel())
    second, first = await bench.jobs()
    assert first.lock_key != second.lock_key
    card = next(each for each in bench.chat.comments if first.handle in each.body)
    await bench.say("@bellhop fix more", thread=channel(card.id))
    below = (await bench.jobs())[0]
    assert below.lock_key == first.lock_key, "below its card a conversation goes on"


async def test_a_guest_of_the_workspace_asks_for_no_work() -> None:
    bench = ChatBench()
    await bench.link()
    bench.chat.guests.add("U1")
    await bench.say("@bellhop fix it repo=acme/shop")
    assert "Only full members" in bench.whispers[-1].text
    assert await bench.dispositions() == [Disposition.DENIED_ROLE]
    assert await bench.jobs() == []
    await bench.say("@bellhop ping")
    assert "pong" in bench.posts[-1]
