"""Issues, labels and assignees as GitHub serves them."""

from typing import Any

import pytest


async def test_seeded_issues_are_listed_newest_first(people: Any, repo: str) -> None:
    found = (await people("nobody").get(f"{repo}/issues")).json()
    assert [issue["number"] for issue in found] == [2, 1]
    assert [
        issue["number"] for issue in (await people("bot").get(f"{repo}/issues?direction=asc")).json()
    ] == [1, 2]


async def test_lists_are_filtered(people: Any, repo: str, github: Any) -> None:
    bot = people("bot")

    async def numbers(**params: str) -> list[int]:
        return [issue["number"] for issue in (await bot.get(f"{repo}/issues", params=params)).json()]

    await people("triager").patch(
        f"{repo}/issues/2", json={"state": "closed", "assignees": [github.cast["writer"]]}
    )
    assert await numbers() == [1]
    assert await numbers(state="closed") == [2]
    assert await numbers(state="all", labels="bug") == [1]
    assert await numbers(state="all", assignee=github.cast["writer"]) == [2]
    assert await numbers(state="all", assignee="none") == [1]
    assert await numbers(state="all", creator=github.cast["writer"].upper()) == [2, 1]
    assert await numbers(state="all", creator="nobody") == []


async def test_a_readers_labels_and_assignees_are_dropped(people: Any, repo: str, github: Any) -> None:
    wanted = {"title": "T", "labels": ["bug"], "assignees": [github.cast["writer"]]}
    for role, count in (("stranger", 0), ("triager", 1)):
        made = (await people(role).post(f"{repo}/issues", json=wanted)).json()
        assert (len(made["labels"]), len(made["assignees"])) == (count, count)


@pytest.mark.parametrize("wrong", [{}, {"title": ""}, {"title": 5}, {"title": "T", "body": 5}])
async def test_an_issue_needs_a_title(people: Any, repo: str, wrong: dict[str, Any]) -> None:
    assert (await people("bot").post(f"{repo}/issues", json=wrong)).status_code == 422


async def test_bodies_that_are_no_object_are_refused(people: Any, repo: str) -> None:
    for content in (b"{", b"[]", b"\xff"):
        assert (await people("bot").post(f"{repo}/issues", content=content)).status_code == 400


async def test_strangers_edit_nothing_but_their_own(people: Any, repo: str) -> None:
    own = (await people("stranger").post(f"{repo}/issues", json={"title": "Mine"})).json()["number"]
    assert (
        await people("stranger").patch(f"{repo}/issues/{own}", json={"title": "Still"})
    ).status_code == 200
    assert (await people("stranger").patch(f"{repo}/issues/1", json={"title": "Yours"})).status_code == 403
    assert (
        await people("stranger").post(f"{repo}/issues/1/labels", json={"labels": ["x"]})
    ).status_code == 403


async def test_labels_come_and_go(people: Any, repo: str, receiver: Any, settled: Any) -> None:
    triager, path = people("triager"), f"{repo}/issues/2/labels"

    def names(answer: Any) -> list[str]:
        return [label["name"] for label in answer.json()]

    assert names(await triager.post(path, json={"labels": ["bellhop", "bug"]})) == ["bellhop", "bug"]
    assert names(await triager.post(path, json=["Bug"])) == ["bellhop", "bug"]
    assert names(await triager.put(path, json={"labels": ["question"]})) == ["question"]
    assert (await triager.delete(f"{path}/bug")).json()["message"] == "Label does not exist"
    assert names(await triager.get(path)) == ["question"]
    assert (await triager.delete(path)).status_code == 204
    assert names(await triager.get(path)) == []
    await settled()
    assert sorted(receiver.events) == ["issues.labeled"] * 3 + ["issues.unlabeled"] * 3
    assert {payload["label"]["name"] for payload in receiver.payloads("issues")} == {
        "bellhop",
        "bug",
        "question",
    }


async def test_the_repositorys_labels(people: Any, repo: str) -> None:
    triager = people("triager")
    made = await triager.post(f"{repo}/labels", json={"name": "bellhop", "color": "ff0000"})
    assert (made.status_code, made.json()["color"]) == (201, "ff0000")
    twin = await triager.post(f"{repo}/labels", json={"name": "Bellhop"})
    assert twin.json()["errors"][0]["code"] == "already_exists"
    assert (await people("nobody").get(f"{repo}/labels/bellhop")).status_code == 200
    await triager.post(f"{repo}/issues/1/labels", json={"labels": ["bellhop"]})
    assert (await triager.delete(f"{repo}/labels/bellhop")).status_code == 204
    assert [label["name"] for label in (await triager.get(f"{repo}/issues/1/labels")).json()] == ["bug"]


async def test_only_people_with_a_role_are_assigned(people: Any, repo: str, github: Any) -> None:
    wanted = {"assignees": [github.cast["bot"], github.cast["stranger"], "nobody"]}
    answer = await people("triager").post(f"{repo}/issues/1/assignees", json=wanted)
    assert (answer.status_code, [user["login"] for user in answer.json()["assignees"]]) == (
        201,
        [github.cast["bot"]],
    )
    removed = await people("triager").request("DELETE", f"{repo}/issues/1/assignees", json=wanted)
    assert removed.json()["assignees"] == []
    listed = (await people("bot").get(f"{repo}/assignees")).json()
    assert github.cast["stranger"] not in {user["login"] for user in listed}


async def test_closing_says_who_and_why(people: Any, repo: str, github: Any) -> None:
    wanted = {"state": "closed", "state_reason": "not_planned"}
    closed = (await people("writer").patch(f"{repo}/issues/1", json=wanted)).json()
    assert (closed["closed_by"]["login"], closed["state_reason"]) == (github.cast["writer"], "not_planned")
    opened = (await people("writer").patch(f"{repo}/issues/1", json={"state": "open"})).json()
    assert (opened["closed_at"], opened["state_reason"]) == (None, "reopened")
    assert (await people("writer").patch(f"{repo}/issues/1", json={"state": "ajar"})).status_code == 422
    assert (await people("writer").get(f"{repo}/issues/99")).status_code == 404


async def test_disabled_issues_are_gone(people: Any, repo: str, control: Any) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"has_issues": False})
    answer = await people("bot").post(f"{repo}/issues", json={"title": "T"})
    assert (answer.status_code, answer.json()["message"]) == (
        410,
        "Issues has been disabled in this repository.",
    )
