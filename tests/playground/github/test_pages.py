"""The pages people look at."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

NASTY = '<script>alert(1)</script> & "quotes"'


@pytest.fixture
async def browser(github: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=github.url) as client:
        yield client


async def test_the_way_from_home_to_an_issue(browser: Any, repo: str) -> None:
    name = repo.removeprefix("/repos/")
    home = (await browser.get("/")).text
    assert f'href="/{name}"' in home
    assert 'href="/_playground/routes"' in home
    assert f'href="/{name}/issues/1"' in (await browser.get(f"/{name}")).text
    assert "[open]" in (await browser.get(f"/{name}/issues/1")).text
    assert (await browser.get(f"/{name}/issues/99")).status_code == 404
    assert (await browser.get("/no/body")).status_code == 404


async def test_what_people_write_is_escaped(browser: Any, people: Any, repo: str) -> None:
    made = await people("stranger").post(f"{repo}/issues", json={"title": NASTY, "body": NASTY})
    page = await browser.get(made.json()["html_url"])
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in (await browser.get(f"/{repo.removeprefix('/repos/')}")).text


async def test_a_comment_by_the_form_is_a_comment(
    browser: Any, repo: str, people: Any, github: Any, receiver: Any, settled: Any
) -> None:
    path = f"/{repo.removeprefix('/repos/')}/issues/1"
    answer = await browser.post(path, data={"login": github.cast["reader"], "body": "by hand\r\nsecond"})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    (comment,) = (await people("bot").get(f"{repo}/issues/1/comments")).json()
    assert (comment["user"]["login"], comment["body"]) == (github.cast["reader"], "by hand\r\nsecond")
    await settled()
    assert receiver.events == ["issue_comment.created"]
    for wrong in ({"login": "nobody", "body": "x"}, {"login": github.cast["reader"], "body": " "}):
        assert (await browser.post(path, data=wrong)).status_code == 422


async def test_a_pull_request_shows_its_changes(browser: Any, propose: Any) -> None:
    _, pull = await propose()
    page = (await browser.get(pull["html_url"])).text
    assert "+one" in page
    assert "bellhop/J-1" in page
