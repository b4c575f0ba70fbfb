"""What an account's own list of repositories holds, in which order, and in which pages."""

from typing import Any

import pytest

LISTING = "/user/repos"


@pytest.fixture
async def owner(github: Any) -> str:
    """The organization that owns what is planted."""
    return str(github.world.summary[0]["repository"].partition("/")[0])


async def add(control: Any, github: Any, owner: str, name: str, role: str = "", **given: Any) -> str:
    """A repository of `owner`; the bot collaborates with that role."""
    grants = {github.cast["bot"]: role} if role else {}
    body = {"owner": owner, "name": name, "collaborators": grants, "files": {"a.txt": "a\n"}, **given}
    made = await control.post("/repositories", json=body)
    assert made.status_code == 201, made.text
    return f"{owner}/{name}"


async def names(people: Any, role: str = "bot", **query: Any) -> list[str]:
    """What is listed for somebody."""
    answer = await people(role).get(LISTING, params=query)
    assert answer.status_code == 200, answer.text
    return [each["full_name"] for each in answer.json()]


async def test_a_list_holds_what_its_account_works_in(
    people: Any, control: Any, github: Any, owner: str
) -> None:
    hidden = await add(control, github, owner, "hidden", private=True)
    shared = await add(control, github, owner, "shared", "read", private=True)
    public = await add(control, github, owner, "public")
    found = await names(people)
    assert shared in found
    assert hidden not in found
    assert public not in found, "to be seen by everybody is no affiliation"
    assert {hidden, shared, public} <= set(await names(people, "admin"))


async def test_nobody_has_no_list(people: Any) -> None:
    assert (await people("nobody").get(LISTING)).status_code == 401


async def test_affiliations_are_told_apart(people: Any, control: Any, github: Any, owner: str) -> None:
    bot = github.cast["bot"]
    own = await add(control, github, bot, "own")
    shared = await add(control, github, owner, "shared", "write")
    assert await names(people, affiliation="owner") == [own]
    assert shared in await names(people, affiliation="collaborator")
    assert own not in await names(people, affiliation="collaborator")
    assert await names(people, affiliation="organization_member") == []
    assert shared in await names(people, "admin", affiliation="organization_member")
    assert {own, shared} <= set(await names(people, affiliation="owner,collaborator"))


async def test_the_ones_pushed_to_last_come_first(people: Any, control: Any, github: Any, owner: str) -> None:
    for name, day in {"older": 1, "newest": 3, "old": 2}.items():
        full = await add(control, github, owner, name, "write")
        github.world.store.repository(*full.split("/")).pushed_at = f"2099-01-0{day}T00:00:00Z"
    found = await names(people, sort="pushed")
    assert found[:3] == [f"{owner}/{name}" for name in ("newest", "old", "older")]
    assert (await names(people, sort="pushed", direction="asc"))[-3:] == found[2::-1]
    assert await names(people) == sorted(found), "by name unless asked otherwise"


async def test_a_push_moves_a_repository_to_the_front(
    people: Any, control: Any, github: Any, owner: str
) -> None:
    for name in ("one", "two"):
        await add(control, github, owner, name, "write")
    for each in github.world.store.repositories.values():
        each.pushed_at = "2001-01-01T00:00:00Z"
    body = {"message": "m", "content": "b25l"}
    put = await people("bot").put(f"/repos/{owner}/one/contents/b.txt", json=body)
    assert put.status_code == 201, put.text
    assert (await names(people, sort="pushed"))[0] == f"{owner}/one"


async def test_visibility_and_archived_are_told(people: Any, control: Any, github: Any, owner: str) -> None:
    hidden = await add(control, github, owner, "hidden", "write", private=True)
    await control.patch(f"/repositories/{hidden}", json={"private": True, "archived": True})
    [found] = (await people("bot").get(LISTING, params={"visibility": "private"})).json()
    assert (found["full_name"], found["private"], found["archived"]) == (hidden, True, True)
    assert found["permissions"]["push"]
    assert hidden not in await names(people, visibility="public")
    assert await names(people, type="private") == [hidden]


async def test_type_goes_with_no_other_choice(people: Any) -> None:
    for other in ({"visibility": "all"}, {"affiliation": "owner"}):
        answer = await people("bot").get(LISTING, params={"type": "all", **other})
        assert answer.status_code == 422


async def test_links_lead_through_the_pages_with_the_same_question(
    people: Any, control: Any, github: Any, owner: str
) -> None:
    for number in range(5):
        await add(control, github, owner, f"r{number}", "write")
    every, found = await names(people, sort="pushed"), []
    answer = await people("bot").get(LISTING, params={"sort": "pushed", "per_page": 2})
    while True:
        found += [each["full_name"] for each in answer.json()]
        if "next" not in answer.links:
            break
        answer = await people("bot").get(answer.links["next"]["url"])
    assert found == every
    assert len(found) > 4
