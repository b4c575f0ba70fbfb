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
    assert "<p>open</p>" in (await browser.get(f"/{name}/issues/1")).text
    assert (await browser.get(f"/{name}/issues/99")).status_code == 404
    assert (await browser.get("/no/body")).status_code == 404


async def test_what_people_write_is_escaped(browser: Any, people: Any, repo: str) -> None:
    made = await people("stranger").post(f"{repo}/issues", json={"title": NASTY, "body": NASTY})
    page = await browser.get(made.json()["html_url"])
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in (await browser.get(f"/{repo.removeprefix('/repos/')}")).text


async def test_a_card_is_shown_as_people_see_it(browser: Any, people: Any, repo: str) -> None:
    """Markdown is rendered, markers are hidden, folded parts fold, and reactions have words beside their emoji."""
    folded = "<details><summary>Output</summary>\n\n```\n<b>raw</b>\n```\n\n</details>"
    body = f"✅ **done**\n\n{folded}\n\n<!-- bellhop:J-7K3Q -->"
    comment = (await people("bot").post(f"{repo}/issues/1/comments", json={"body": body})).json()
    await people("bot").post(f"{repo}/issues/comments/{comment['id']}/reactions", json={"content": "eyes"})
    page = (await browser.get(f"/{repo.removeprefix('/repos/')}/issues/1")).text
    assert "bellhop:J-7K3Q" not in page
    assert "<strong>done</strong>" in page
    assert "<details><summary>Output</summary>" in page
    assert "&lt;b&gt;raw&lt;/b&gt;" in page
    assert '<span aria-hidden="true">👀</span> eyes 1' in page
    assert page.startswith('<!doctype html><html lang="en">')
    assert page.count("<h1>") == page.count("<main>") == page.count("<title>") == 1


@pytest.mark.parametrize(
    "nasty",
    [
        "<img src=x onerror=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "[x](javascript:alert(1))",
        "<!-- open <script>alert(1)</script>",
        "<scr<!-- -->ipt>alert(1)</scr<!-- -->ipt>",
        "<style>body{display:none}</style>",
    ],
)
async def test_no_text_becomes_part_of_the_page(browser: Any, people: Any, repo: str, nasty: str) -> None:
    await people("stranger").post(f"{repo}/issues/1/comments", json={"body": f"before {nasty}\n\n{nasty}\n"})
    page = (await browser.get(f"/{repo.removeprefix('/repos/')}/issues/1")).text
    assert "before" in page
    found = [
        bad
        for bad in ("<img", "<script", "<details ", 'href="javascript', "<style>body{display")
        if bad in page
    ]
    assert found == []


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
