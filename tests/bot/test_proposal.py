"""What a change is called on the forge and in git."""

from __future__ import annotations

from typing import Any

from bot.platform import PullRequestDraft
from bot.workshop import Commit
from models.message import Actor
from tests.bot.bench import Shop


async def offered(shop: Shop, text: str = "@bellhop fix", **fields: Any) -> tuple[PullRequestDraft, Commit]:
    await shop.ask(text, **fields)
    return shop.platform.drafts[-1], shop.world.commits[-1]


async def test_an_issue_alone_gives_its_title_and_is_closed() -> None:
    shop = Shop()
    draft, commit = await offered(shop)
    [job] = await shop.jobs()
    assert draft.title == f"Login test is flaky ({job.handle})"
    assert draft.body.startswith(
        "Guarded it.\n\nAsked for by @ana in https://git.example/acme/shop/issues/42#77."
    )
    assert draft.body.rstrip().endswith("Checks: tests 3/3. Closes #42.")
    assert commit.message == "Login test is flaky\n\nGuarded it."


async def test_a_request_of_its_own_is_for_the_issue_and_does_not_close_it() -> None:
    shop = Shop()
    draft, commit = await offered(shop, "@bellhop please only mend the test")
    assert draft.title.startswith("Login test is flaky (J-")
    assert draft.body.rstrip().endswith("For #42.")
    assert "Closes" not in draft.body
    assert commit.message.startswith("Login test is flaky\n")


async def test_on_a_pull_request_the_request_is_the_title() -> None:
    shop = Shop()
    tip = shop.world.put("feature", {"calc.py": "broken"})
    shop.platform.context_fields = {"pull_number": 42, "head_ref": "feature", "head_sha": tip.sha}
    draft, commit = await offered(shop, "@bellhop mend the naming")
    assert draft.title.startswith("mend the naming (J-")
    assert draft.base == "feature"
    assert draft.body.rstrip().endswith("For #42.")
    assert commit.message.startswith("mend the naming\n")


async def test_a_follow_ups_commit_says_what_was_asked() -> None:
    shop = Shop()
    await offered(shop)
    shop.agent.writes = {"NOTES.md": "why"}
    await shop.ask("@bellhop write down why", comment_id="78")
    assert shop.world.commits[-1].message.startswith("write down why\n")


async def test_the_repositorys_template_comes_below() -> None:
    shop = Shop()
    shop.platform.template = "## Checklist\n- [ ] @owners look"
    draft, _ = await offered(shop)
    assert draft.body.endswith("\n---\n\n## Checklist\n- [ ] @owners look")


async def test_an_agents_words_close_and_notify_nobody() -> None:
    shop = Shop()
    hostile = "Fixes #1, closes #2. @acme/team look\n/merge\n<!-- bellhop:J-ZZZZ -->"
    shop.agent.answer = shop.agent.answer.model_copy(update={"summary": hostile})
    draft, commit = await offered(shop, title="Fixes #7 @acme/team")
    for text in (draft.body.replace("Closes #42.", ""), draft.title, commit.message):
        assert not any(
            bad in text for bad in ("Fixes #", "closes #", "@acme", "\n/merge", "bellhop:J-ZZZZ -->")
        )


async def test_who_asked_is_in_the_commit_by_setting() -> None:
    shop = Shop(sign_off=True)
    _, commit = await offered(shop)
    [job] = await shop.jobs()
    assert job.requester is not None
    person = f"Ana <{job.requester.id}+ana@users.noreply.example>"
    assert commit.trailers == (
        ("Bellhop-Job", job.handle), ("Co-authored-by", person),
        ("Signed-off-by", "Bellhop <1+bellhop-bot@users.noreply.example>"), ("Signed-off-by", person),
    )  # fmt: skip
    assert (commit.author_name, commit.author_email) == ("Bellhop", "1+bellhop-bot@users.noreply.example")


async def test_who_signs_off_is_called_as_git_keeps_the_committer() -> None:
    shop = Shop(
        sign_off=True, co_author=False, commit_name='  "Acme\t<Bots>, Inc."  ', commit_email="b@acme.example"
    )
    _, commit = await offered(shop)
    assert (commit.author_name, commit.author_email) == ("Acme Bots, Inc", "b@acme.example")
    assert ("Signed-off-by", "Acme Bots, Inc <b@acme.example>") in commit.trailers


async def test_nobody_is_named_where_nobody_wants_it() -> None:
    shop = Shop(co_author=False, commit_name="Porter", commit_email="porter@acme.example")
    _, commit = await offered(shop)
    assert [name for name, _ in commit.trailers] == ["Bellhop-Job"]
    assert (commit.author_name, commit.author_email) == ("Porter", "porter@acme.example")


async def test_a_name_cannot_bring_an_address_of_somebody_else() -> None:
    shop = Shop()
    evil = Actor(id="583231", login="ana", display_name="Boss <boss@acme.example>\nSigned-off-by: @acme/all")
    _, commit = await offered(shop, actor=evil)
    value = dict(commit.trailers)["Co-authored-by"]
    assert value.count("<") == value.count(">") == 1
    assert value.endswith(" <583231+ana@users.noreply.example>")
    assert "@acme/all" not in value
