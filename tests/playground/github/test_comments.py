"""Comments and reactions as GitHub serves them."""

from typing import Any

import pytest

LONGEST = 65_536


async def test_a_comment_lives_and_dies(people: Any, repo: str, receiver: Any, settled: Any) -> None:
    bot = people("bot")
    made = await bot.post(f"{repo}/issues/1/comments", json={"body": "Größe 👀"})
    assert made.status_code == 201
    assert made.headers["Location"] == made.json()["url"]
    path = f"{repo}/issues/comments/{made.json()['id']}"
    assert (await bot.get(path)).json()["body"] == "Größe 👀"
    assert (await bot.patch(path, json={"body": "small"})).json()["body"] == "small"
    assert (await bot.delete(path)).status_code == 204
    assert (await bot.get(path)).status_code == 404
    await settled()
    assert sorted(receiver.events) == [
        "issue_comment.created",
        "issue_comment.deleted",
        "issue_comment.edited",
    ]
    edited = next(body for body in receiver.payloads("issue_comment") if body["action"] == "edited")
    assert edited["changes"] == {"body": {"from": "Größe 👀"}}


async def test_the_sender_is_who_wrote_it(
    people: Any, repo: str, receiver: Any, settled: Any, github: Any
) -> None:
    for role in ("bot", "stranger"):
        await people(role).post(f"{repo}/issues/1/comments", json={"body": role})
    await settled()
    senders = {
        body["comment"]["body"]: body["sender"]["login"] for body in receiver.payloads("issue_comment")
    }
    assert senders == {role: github.cast[role] for role in ("bot", "stranger")}


@pytest.mark.parametrize(
    ("body", "status"), [("x" * LONGEST, 201), ("x" * (LONGEST + 1), 422), ("", 422), (" ", 422)]
)
async def test_a_body_has_limits(people: Any, repo: str, body: str, status: int) -> None:
    answer = await people("bot").post(f"{repo}/issues/1/comments", json={"body": body})
    assert answer.status_code == status
    if len(body) > LONGEST:
        assert answer.json()["errors"][0]["message"] == "body is too long (maximum is 65536 characters)"


async def test_only_the_author_and_writers_change_a_comment(people: Any, repo: str) -> None:
    made = await people("reader").post(f"{repo}/issues/1/comments", json={"body": "mine"})
    path = f"{repo}/issues/comments/{made.json()['id']}"
    assert (await people("stranger").patch(path, json={"body": "yours"})).status_code == 403
    assert (await people("writer").patch(path, json={"body": "edited"})).status_code == 200
    assert (await people("nobody").delete(path)).status_code == 401


async def test_long_conversations_come_in_pages(people: Any, repo: str) -> None:
    bot = people("bot")
    for number in range(7):
        await bot.post(f"{repo}/issues/1/comments", json={"body": str(number)})
    first = await bot.get(f"{repo}/issues/1/comments", params={"per_page": 3})
    assert [item["body"] for item in first.json()] == ["0", "1", "2"]
    assert set(first.links) == {"next", "last"}
    last = await bot.get(first.links["last"]["url"])
    assert [item["body"] for item in last.json()] == ["6"]
    assert set(last.links) == {"first", "prev"}
    middle = await bot.get(first.links["next"]["url"])
    assert [item["body"] for item in middle.json()] == ["3", "4", "5"]
    newest = await bot.get(
        f"{repo}/issues/comments", params={"direction": "desc", "sort": "created", "per_page": 2}
    )
    assert [item["body"] for item in newest.json()] == ["6", "5"]
    assert (await bot.get(f"{repo}/issues/1/comments", params={"since": "2999-01-01T00:00:00Z"})).json() == []


async def test_pages_are_never_larger_than_a_hundred(people: Any, repo: str, github: Any) -> None:
    issue = next(iter(github.world.store.repositories.values())).issues[1]
    bot = people("bot")
    await bot.post(f"{repo}/issues/1/comments", json={"body": "copied"})
    issue.comments *= 120
    assert len((await bot.get(f"{repo}/issues/1/comments", params={"per_page": 1000})).json()) == 100
    assert len((await bot.get(f"{repo}/issues/1/comments")).json()) == 30


async def test_a_reaction_is_new_once(people: Any, repo: str) -> None:
    bot, path = people("bot"), f"{repo}/issues/1/reactions"
    first, again = [await bot.post(path, json={"content": "eyes"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (await people("writer").post(path, json={"content": "eyes"})).status_code == 201
    assert len((await bot.get(path, params={"content": "eyes"})).json()) == 2
    assert (await bot.get(path, params={"content": "heart"})).json() == []
    assert (await bot.post(path, json={"content": "shrug"})).status_code == 422
    assert (await people("writer").delete(f"{path}/{first.json()['id']}")).status_code == 403
    assert (await bot.delete(f"{path}/{first.json()['id']}")).status_code == 204
    assert (await bot.get(f"{repo}/issues/1")).json()["reactions"]["eyes"] == 1


async def test_reactions_stand_on_comments_too(people: Any, repo: str) -> None:
    bot = people("bot")
    made = await bot.post(f"{repo}/issues/1/comments", json={"body": "look"})
    path = f"{repo}/issues/comments/{made.json()['id']}/reactions"
    assert (await bot.post(path, json={"content": "+1"})).status_code == 201
    assert [item["content"] for item in (await bot.get(path)).json()] == ["+1"]


async def test_another_repository_does_not_know_the_comment(people: Any, repo: str, github: Any) -> None:
    made = await people("bot").post(f"{repo}/issues/1/comments", json={"body": "here"})
    other = github.world.summary[1]["repository"]
    assert (await people("bot").get(f"/repos/{other}/issues/comments/{made.json()['id']}")).status_code == 404


async def test_a_locked_issue_takes_comments_of_writers_only(people: Any, repo: str, control: Any) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"locked": [1]})
    assert (await people("reader").post(f"{repo}/issues/1/comments", json={"body": "x"})).status_code == 403
    assert (await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})).status_code == 201
