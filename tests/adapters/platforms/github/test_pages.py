"""Lists are read to their end however a server cuts them, and told to be cut or not."""

import pytest

from adapters.platforms.github.platform import GitHub
from models.message import MessageKind, Thread
from playground.github.faults import Fault
from playground.github.server import GithubPlayground
from playground.github.world import Paging
from tests.adapters.platforms.github.conftest import Ask
from tests.adapters.platforms.github.test_context import message, say
from tests.adapters.platforms.github.test_platform import MARK, MARKER

CUTS = [Paging(largest=30), Paging(largest=30, is_linked=False), Paging(), Paging(is_linked=False)]


@pytest.fixture(params=CUTS, ids=str)
def paging(request: pytest.FixtureRequest, playground: GithubPlayground) -> Paging:
    """How this server cuts its lists."""
    playground.world.paging = request.param
    return playground.world.paging


async def test_a_message_of_ours_is_found_at_the_end(
    github: GitHub, ask: Ask, issue: Thread, paging: Paging
) -> None:
    for number in range(74):
        await say(ask, issue, f"{number}")
    posted = await github.post(issue, f"late {MARK}")
    assert [found.id for found in await github.find(issue, MARKER)] == [posted.id]


@pytest.mark.parametrize("count", [30, 60, 75])
async def test_the_newest_comments_are_told(
    github: GitHub, ask: Ask, issue: Thread, paging: Paging, count: int
) -> None:
    for number in range(count):
        await say(ask, issue, f"{number}")
    found = await github.context_of(message(issue))
    newest = range(max(count - 50, 0), count)
    assert [said.text for said in found.previous_comments] == [f"{number}" for number in newest]


# A server that cuts its lists and tells nobody: for these nothing says that there is more.
@pytest.mark.parametrize("paging", [each for each in CUTS if each != CUTS[1]], ids=str, indirect=True)
async def test_an_inline_thread_is_told_whole_and_ours_is_found_in_it(
    github: GitHub, ask: Ask, inline: Thread, paging: Paging
) -> None:
    first = await github.post(inline, f"early {MARK}")
    replies = f"/repos/{inline.repository}/pulls/{inline.number}/comments/{inline.inline_root}/replies"
    for number in range(40):
        await ask("reader", "POST", replies, {"body": f"{number}"})
    found = await github.context_of(message(inline, "1", MessageKind.INLINE))
    told = [said.text for said in found.previous_comments]
    assert (len(told), told[0], told[-1]) == (42, "Why two?", "39")
    assert [said.id for said in await github.find(inline, MARKER)] == [first.id]


async def test_few_comments_take_one_request(
    github: GitHub, playground: GithubPlayground, ask: Ask, issue: Thread
) -> None:
    await say(ask, issue, "one")
    before = len(playground.world.journal.read())
    await github.context_of(message(issue))
    asked = [entry["path"] for entry in playground.world.journal.read()[before:]]
    assert len([path for path in asked if path.endswith("/comments")]) == 1


async def test_a_link_leads_to_no_other_server(
    github: GitHub, playground: GithubPlayground, ask: Ask, issue: Thread
) -> None:
    """Of a link only the query is used: the token goes to the configured host, on a path of ours."""
    await say(ask, issue, "one")
    links = '<https://elsewhere.example/steal?page=1>; rel="last", <https://elsewhere.example/x?page=1>; rel="next"'
    body = await ask("reader", "GET", f"/repos/{issue.repository}/issues/1/comments")
    playground.world.faults.add(
        Fault("status", path="/issues/1/comments$", status=200, body=body, headers={"Link": links})
    )
    found = await github.context_of(message(issue))
    assert [said.text for said in found.previous_comments] == ["one"]
