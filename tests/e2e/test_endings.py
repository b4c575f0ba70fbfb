"""Every way a job can end, as people see it: real processes, real git, an agent that plays scripts of our own."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e import stage, story
from tests.e2e.stage import DONE, TEMPLATE, WRITE, issue, pull_of, said
from tests.e2e.town import SECRET, Town

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One for all tests here."""
    async with stage.opened(tmp_path_factory.mktemp("endings")) as made:
        yield made


async def test_done_is_a_signed_commit_with_its_people_and_a_pull_request_with_the_template(
    town: Town,
) -> None:
    number = await issue(town, "Please take a note", WRITE, DONE)
    await town.say(number, "@bellhop fix")
    done = await town.answer(number, r"✅ (J-\w+) done in \w+ · PR #(\d+) \(draft\), 1 file · checks passed")
    pull = await pull_of(town, done[1])
    assert pull["title"] == f"Please take a note ({done[1]})"
    assert pull["draft"] is True
    assert "Wrote it down." in pull["body"]
    assert f"Closes #{number}." in pull["body"]
    assert pull["body"].partition("<!--")[0].rstrip().endswith(TEMPLATE)
    [commit] = await story.commits(town, pull["number"])
    writer = town.people["writer"]
    message = commit["commit"]["message"]
    assert message.splitlines()[0] == "Please take a note"
    assert f"Bellhop-Job: {done[1]}" in message
    assert re.search(rf"Co-authored-by: .* <{writer['id']}\+{writer['login']}@users\.noreply\.", message)
    for person in ("author", "committer"):
        signer = commit["commit"][person]
        assert f"Signed-off-by: {signer['name']} <{signer['email']}>" in message.splitlines()
    assert re.search(rf"Signed-off-by: .* <{writer['id']}\+{writer['login']}@users\.noreply\.", message)
    assert signature_of(town, done[1]).startswith("-----BEGIN SSH SIGNATURE-----")


def signature_of(town: Town, handle: str) -> str:
    """The signature in the commit that was pushed, from the host's own repository."""
    for folder in (town.folder / "playground").rglob("HEAD"):
        told = subprocess.run(
            ["git", "--git-dir", folder.parent, "cat-file", "commit", f"refs/heads/bellhop/{handle}"],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        if told.returncode == 0:
            _, _, signature = told.stdout.partition("gpgsig ")
            return signature
    raise AssertionError(f"nobody holds bellhop/{handle}")


async def test_a_request_of_its_own_does_not_close_the_issue(town: Town) -> None:
    number = await issue(town, "Notes are missing", WRITE, DONE)
    await town.say(number, "@bellhop please write just one")
    done = await town.answer(number, r"✅ (J-\w+) done in")
    pull = await pull_of(town, done[1])
    assert pull["title"] == f"Notes are missing ({done[1]})"
    assert f"For #{number}." in pull["body"]
    assert "Closes" not in pull["body"]


async def test_failing_checks_keep_the_branch(town: Town) -> None:
    broken = {"tool": {"write": "broken", "text": "yes\n"}}
    number = await issue(town, "Break something", broken, DONE)
    await town.say(number, "@bellhop fix")
    card = await town.answer(
        number, r"❌ (J-\w+) failed in checks: 2 of 5 tests fail\. Branch kept: `bellhop/\1`\."
    )
    assert f"bellhop/{card[1]}" in await story.branches(town)
    assert [each for each in await story.pulls(town) if card[1] in each["title"]] == []
    [text] = await town.answers(number)
    assert "3 passed, 2 failed in 0.1s" in text
    assert f"`/bellhop retry {card[1]}`" in text


async def test_a_retry_does_it_again(town: Town) -> None:
    number = await issue(town, "Fail at first", {"fail": "the model is overloaded"})
    await town.say(number, "@bellhop fix")
    failed = await town.answer(
        number, r"❌ (J-\w+) failed in the agent: scripted gave up: the model is overloaded\."
    )
    town.script("Fail-at-first", "Fail at first", WRITE, DONE)
    await town.say(number, f"/bellhop retry {failed[1]}")
    done = await town.answer(number, r"✅ (J-\w+) done in \w+ · PR #")
    assert done[1] != failed[1]


async def test_an_agent_that_crashes(town: Town) -> None:
    number = await issue(town, "Fall over here", {"garbage": "Segmentation fault"}, {"crash": 137})
    await town.say(number, "@bellhop fix")
    await town.answer(
        number,
        r"❌ J-\w+ failed in the agent: scripted gave up: it ended with code -9 and without a result\.",
    )
    assert "Segmentation fault" in (await town.answers(number))[0]


async def test_an_agent_that_hangs_is_ended_and_its_last_words_were_seen(town: Town) -> None:
    number = await issue(town, "Fall silent here", {"say": "Thinking about @everyone"}, {"hang": True})
    await town.say(number, "@bellhop fix")
    await town.answer(number, "“Thinking about @\u200beveryone”")
    await town.answer(number, r"❌ J-\w+ failed by silence: scripted gave up: it said nothing for too long\.")
    assert "Thinking about" not in (await town.answers(number))[0]


async def test_what_may_not_be_changed(town: Town) -> None:
    steps = {"tool": {"write": ".github/workflows/x.yml", "text": "on: push\n"}}
    number = await issue(town, "Change the workflow", steps, WRITE, DONE)
    await town.say(number, "@bellhop fix")
    card = await town.answer(
        number, r"❌ (J-\w+) failed before the push: .*`\.github/workflows/x\.yml` may not be"
    )
    assert f"bellhop/{card[1]}" not in await story.branches(town)


async def test_no_change(town: Town) -> None:
    number = await issue(town, "Nothing to do", {"result": "It is right as it is."})
    await town.say(number, "@bellhop fix")
    await town.answer(number, r"✅ J-\w+ done in \w+ · no change was needed[\s\S]*It is right as it is\.")


async def test_a_question_is_answered(town: Town) -> None:
    number = await issue(town, "Where is it?", WRITE, {"result": "In `rota`, at @acme/team."})
    await town.say(number, "@bellhop ask where is it?")
    card = await town.answer(number, r"✅ (J-\w+) answered in \w+[\s\S]*In `rota`, at @\u200bacme/team\.")
    assert f"bellhop/{card[1]}" not in await story.branches(town)


async def test_a_base_branch_of_ones_choice(town: Town) -> None:
    number = await issue(town, "Old release", WRITE, DONE)
    main = await town.request("GET", "git/ref/heads/main")
    await town.request("POST", "git/refs", {"ref": "refs/heads/release/1", "sha": main["object"]["sha"]})
    await town.say(number, "@bellhop fix branch=release/1")
    done = await town.answer(number, r"✅ (J-\w+) done in")
    assert (await pull_of(town, done[1]))["base"]["ref"] == "release/1"


async def test_a_base_branch_that_is_not_there(town: Town) -> None:
    number = await issue(town, "Older release", WRITE, DONE)
    await town.say(number, "@bellhop fix branch=release/0")
    await town.answer(
        number, r"❌ J-\w+ failed in set-up: finding the branch `release/0` of \S+: there is none"
    )


async def test_a_cancel_while_it_works_leaves_nothing(town: Town) -> None:
    steps = [{"ignore_signals": True}, {"spawn": "sleep 300"}, WRITE, {"say": "up"}, {"sleep": 60}, DONE]
    number = await issue(town, "Stop me", *steps)
    await town.say(number, "@bellhop fix")
    await said(town, "up")
    working = await town.answer(number, r"(J-\w+) fix on")
    await town.say(number, f"/bellhop cancel {working[1]}", role="maintainer")
    stopped = await town.answer(number, rf"⏹ {working[1]} stopped by @(\S+) after")
    assert stopped[1] == town.people["maintainer"]["login"]
    assert f"bellhop/{working[1]}" not in await story.branches(town)
    assert not [each for each in town.left_overs() if "sleep" in each.name()]


async def test_where_rules_forbid_our_branches_a_fork_takes_them(town: Town) -> None:
    number = await issue(town, "Come from outside", WRITE, DONE)
    place = f"/repositories/{town.repository}"
    await town.control("PATCH", place, {"protected": ["bellhop/*"]})
    try:
        await town.say(number, "@bellhop fix")
        done = await town.answer(number, r"✅ (J-\w+) done in \w+ · PR #(\d+)")
    finally:
        await town.control("PATCH", place, {"protected": []})
    pull = await pull_of(town, done[1])
    assert pull["head"]["repo"]["full_name"].startswith(f"{town.bot}/")
    assert pull["base"]["repo"]["full_name"] == town.repository
    assert f"bellhop/{done[1]}" not in await story.branches(town)


async def test_where_the_rules_may_not_be_read_the_branch_is_pushed_all_the_same(town: Town) -> None:
    """As in a private repository on a free plan: the question for its rules is refused, pushing is not."""
    number = await issue(town, "Come from a free plan", WRITE, DONE)
    refusal = {"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}
    await town.fault("status", "GET", "/rules/branches/", status=403, body=refusal)
    await town.say(number, "@bellhop fix")
    done = await town.answer(number, r"✅ (J-\w+) done in \w+ · PR #(\d+)")
    await town.met_fault()
    assert (await pull_of(town, done[1]))["head"]["repo"]["full_name"] == town.repository


async def test_the_agent_sees_nothing_of_ours(town: Town) -> None:
    number = await issue(town, "Look around", {"ask_env": True}, {"result": "Looked."})
    await town.say(number, "@bellhop fix")
    done = await town.answer(number, r"✅ (J-\w+) done in")
    told = await town.tool("jobs", "show", done[1], "--json")
    [seen] = [event["data"] for event in told["events"] if "BOX_ID=" in (event.get("data") or "")]
    names = set(re.findall(r"^([A-Z_]+)=", seen, re.MULTILINE))
    assert not [name for name in names if name.startswith(("BELLHOP", "GITHUB", "REDIS", "DATABASE"))]
    assert SECRET not in seen
    assert town.people["bot"]["token"] not in seen
    assert str(town.folder) not in json.dumps(told["events"])
    assert len(re.findall(r"^/proc/self/fd/", seen, re.MULTILINE)) == 4  # three, and the folder being listed
