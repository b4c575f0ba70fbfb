"""The account's repositories, as a person chooses from them."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.github.platform import GitHub
from bot.errors import AuthenticationError, IntegrationError, NetworkError, RateLimitError
from playground.github.actions.repositories import create_repository
from playground.github.faults import Fault
from playground.github.records import Repository
from playground.github.server import GithubPlayground
from playground.github.world import Paging
from tests.adapters.platforms.github.contract import Watcher

LISTING = r"/user/repos$"
Break = Callable[..., Fault]


async def plant(playground: GithubPlayground, count: int, **fields: Any) -> list[str]:
    """Repositories in which the bot collaborates, each pushed to a second after the one before; newest first."""
    store = playground.world.store
    owner = next(each for each in store.users.values() if each.kind == "Organization")
    bot = store.user(playground.cast["bot"])
    assert bot is not None
    made: list[Repository] = []
    for number in range(count):
        repository = await create_repository(playground.world, owner, f"many-{number}", {})
        repository.collaborators = {bot.id: "write"}
        repository.pushed_at = f"2099-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        for name, value in fields.items():
            setattr(repository, name, value)
        made.insert(0, repository)
    return [repository.full_name for repository in made]


def listings(watcher: Watcher) -> list[str]:
    """The requests for the list."""
    return [path for _, path in watcher.seen if "/user/repos" in path]


async def test_the_ones_pushed_to_last_come_first(
    github: GitHub, playground: GithubPlayground, watcher: Watcher
) -> None:
    newest = await plant(playground, 3)
    found = [each.name for each in await github.repositories(500)]
    assert found[:3] == newest
    assert len(found) == len(set(found)) == 3 + len(playground.world.summary)
    assert len(listings(watcher)) == 1, "a page holds a hundred"


async def test_each_is_told_as_it_is(github: GitHub, playground: GithubPlayground) -> None:
    [name] = await plant(playground, 1, is_archived=True, is_private=True)
    found = next(each for each in await github.repositories(500) if each.name == name)
    assert found.is_archived
    assert found.is_private
    assert not found.can_push, "nobody pushes to one that is archived"
    assert found == await github.repository(name)


@pytest.mark.parametrize("is_linked", [True, False])
async def test_no_more_is_read_than_is_asked_for(
    github: GitHub, playground: GithubPlayground, watcher: Watcher, is_linked: bool
) -> None:
    newest = await plant(playground, 7)
    playground.world.paging = Paging(largest=2)
    assert [each.name for each in await github.repositories(5)] == newest[:5]
    assert len(listings(watcher)) == 3


async def test_all_pages_are_read(github: GitHub, playground: GithubPlayground) -> None:
    newest = await plant(playground, 7)
    playground.world.paging = Paging(largest=2)
    found = [each.name for each in await github.repositories(500)]
    assert found[:7] == newest
    assert len(found) == 7 + len(playground.world.summary)


async def test_one_that_moves_between_pages_is_told_once(
    github: GitHub, playground: GithubPlayground, break_with: Break
) -> None:
    newest = await plant(playground, 4)
    playground.world.paging = Paging(largest=2)
    first = await github.repositories(2)
    # While the first page was read, the second one was pushed to: the next page begins with what moved down.
    store = playground.world.store
    moved = store.repository(*newest[2].split("/"))
    assert moved is not None
    listed = [{"full_name": name, "default_branch": "main"} for name in (newest[1], newest[0])]
    link = '<https://elsewhere.example/user/repos?page=2>; rel="next"'
    break_with("status", path=LISTING, status=200, body=listed, headers={"Link": link})
    moved.pushed_at = "2099-01-02T00:00:00Z"
    found = [each.name for each in await github.repositories(500)]
    assert len(found) == len(set(found))
    assert {each.name for each in first} <= set(found)


@pytest.mark.parametrize(
    ("status", "raised"), [(500, NetworkError), (401, AuthenticationError), (429, RateLimitError)]
)
async def test_a_refusal_is_no_empty_list(
    github: GitHub, break_with: Break, status: int, raised: type[IntegrationError]
) -> None:
    break_with("status", path=LISTING, status=status, times=9, body={"message": "no"})
    with pytest.raises(raised, match="listing the repositories of our account: GitHub answered"):
        await github.repositories(500)


async def test_a_page_that_breaks_off_is_no_shorter_list(
    github: GitHub, playground: GithubPlayground, break_with: Break
) -> None:
    await plant(playground, 4)
    playground.world.paging = Paging(largest=2)
    page = [{"full_name": "acme/one", "default_branch": "main"}]
    link = '<https://elsewhere.example/user/repos?page=2>; rel="next"'
    break_with("status", path=LISTING, status=200, body=page, headers={"Link": link})
    break_with("status", path=LISTING, status=500, times=9)
    with pytest.raises(NetworkError):
        await github.repositories(500)


@pytest.mark.parametrize("body", [{"message": "?"}, [None], [{"name": "x"}], ["acme/one"]])
async def test_what_is_no_list_is_not_read_as_one(github: GitHub, break_with: Break, body: Any) -> None:
    break_with("status", path=LISTING, status=200, times=9, body=body)
    with pytest.raises(IntegrationError, match="another form than documented"):
        await github.repositories(500)
