"""Faults on demand: before the effect nothing happened, after it everything did."""

from typing import Any

import httpx
import pytest

from tests.playground.working_copy import GitError

CUT_SHORT = (httpx.RemoteProtocolError, httpx.ReadError, httpx.ReadTimeout)


async def arm(control: Any, **fault: Any) -> None:
    answer = await control.post("/faults", json={"path": "/issues/1/comments$", "method": "POST"} | fault)
    assert answer.status_code == 201, answer.text


async def count(people: Any, repo: str) -> int:
    return len((await people("writer").get(f"{repo}/issues/1/comments")).json())


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_hides_what_happened(
    people: Any, repo: str, control: Any, when: str, made: int, status: int
) -> None:
    await arm(control, kind="status", status=status, when=when)
    post = {"url": f"{repo}/issues/1/comments", "json": {"body": "x"}}
    assert (await people("bot").post(**post)).status_code == status
    assert await count(people, repo) == made
    assert (await people("bot").post(**post)).status_code == 201


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["drop", "half", "hang"])
async def test_a_connection_ends_early(
    people: Any, repo: str, control: Any, when: str, made: int, kind: str
) -> None:
    await arm(control, kind=kind, when=when, seconds=0.05)
    with pytest.raises(CUT_SHORT):
        await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x" * 500})
    assert await count(people, repo) == made


async def test_limits_say_when_to_come_back(people: Any, repo: str, control: Any) -> None:
    path = f"{repo}/issues/1/comments"
    await arm(control, kind="status", status=429, retry_after=7)
    await arm(control, kind="secondary_limit", retry_after=3)
    await arm(control, kind="primary_limit", seconds=90)
    much, secondary, primary = [await people("bot").post(path, json={"body": "x"}) for _ in range(3)]
    assert (much.status_code, much.headers["Retry-After"]) == (429, "7")
    assert (secondary.status_code, secondary.headers["Retry-After"]) == (403, "3")
    assert "secondary rate limit" in secondary.json()["message"]
    assert (primary.status_code, primary.headers["x-ratelimit-remaining"]) == (403, "0")
    assert primary.json()["message"].startswith("API rate limit exceeded")
    assert await count(people, repo) == 0


async def test_wrong_json_and_slow_answers(people: Any, repo: str, control: Any) -> None:
    await arm(control, kind="wrong_json", when="after")
    await arm(control, kind="slow", seconds=0.01)
    broken = await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})
    with pytest.raises(ValueError, match="Expecting value"):
        broken.json()
    assert (await people("bot").post(f"{repo}/issues/1/comments", json={"body": "y"})).status_code == 201
    assert await count(people, repo) == 2


async def test_only_matching_requests_meet_a_fault_and_only_so_often(
    people: Any, repo: str, control: Any
) -> None:
    await arm(control, kind="status", method="GET", path=r"/issues/2$", times=2)
    assert (await people("bot").get(f"{repo}/issues/1")).status_code == 200
    assert [(await people("bot").get(f"{repo}/issues/2")).status_code for _ in range(3)] == [500, 500, 200]
    await arm(control, kind="drop")
    assert [fault["kind"] for fault in (await control.get("/faults")).json()] == ["drop"]
    await control.delete("/faults")
    assert await count(people, repo) == 0
    assert (await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})).status_code == 201


async def test_a_push_can_succeed_and_look_failed(people: Any, repo: str, control: Any, clone: Any) -> None:
    copy = await clone("bot")
    await copy.commit("a.txt", "a")
    await arm(control, kind="status", status=502, when="after", path="git-receive-pack$")
    with pytest.raises(GitError, match="502"):
        await copy.git("push", "origin", "HEAD:refs/heads/side")
    assert (await people("bot").get(f"{repo}/branches/side")).status_code == 200


async def test_a_fault_needs_a_known_kind(control: Any) -> None:
    for wrong in ({"kind": "earthquake"}, {"kind": "drop", "when": "never"}, {"kind": "drop", "wish": 1}, {}):
        assert (await control.post("/faults", json=wrong)).status_code == 422
