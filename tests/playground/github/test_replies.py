"""Rate limits and conditional requests."""

from typing import Any


async def test_an_unchanged_answer_is_304_and_free(people: Any, repo: str) -> None:
    bot = people("bot")
    first = await bot.get(f"{repo}/issues/1/comments")
    tag, left = first.headers["ETag"], int(first.headers["x-ratelimit-remaining"])
    again = await bot.get(f"{repo}/issues/1/comments", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, int(again.headers["x-ratelimit-remaining"])) == (304, b"", left)
    await people("writer").post(f"{repo}/issues/1/comments", json={"body": "new"})
    changed = await bot.get(f"{repo}/issues/1/comments", headers={"If-None-Match": tag})
    assert (changed.status_code, int(changed.headers["x-ratelimit-remaining"])) == (200, left - 1)
    assert changed.headers["ETag"] != tag


async def test_the_limit_is_told_counted_and_held(people: Any, repo: str, control: Any, github: Any) -> None:
    bot = people("bot")
    first = await bot.get(repo)
    assert first.headers["x-ratelimit-limit"] == "5000"
    assert first.headers["x-ratelimit-resource"] == "core"
    assert (await bot.get("/rate_limit")).json()["rate"]["used"] == 1
    await control.post("/rate_limit", json={"login": github.cast["bot"], "reset_seconds": 60})
    over = await bot.get(repo)
    assert (over.status_code, over.headers["x-ratelimit-remaining"]) == (403, "0")
    assert over.json()["message"].startswith("API rate limit exceeded for user ID")
    assert (await bot.get("/rate_limit")).status_code == 200
    assert (await people("writer").get(repo)).status_code == 200


async def test_links_keep_the_query(people: Any, repo: str, github: Any) -> None:
    answer = await people("bot").get(f"{repo}/issues", params={"state": "all", "per_page": 1, "labels": ""})
    following = answer.links["next"]["url"]
    assert following.startswith(f"{github.api_url}{repo}/issues?")
    assert {"state=all", "per_page=1", "page=2"} <= set(following.partition("?")[2].split("&"))


async def test_nonsense_pages_are_the_first_page(people: Any, repo: str) -> None:
    for page in ("0", "-1", "x", "²", "9" * 30):
        answer = await people("bot").get(f"{repo}/issues", params={"page": page, "per_page": page})
        assert answer.status_code == 200
