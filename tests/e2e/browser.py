"""A person's browser: it keeps cookies, follows one redirect at a time, and fills in the pretend GitHub's page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.e2e.workspace import Workspace, words

LINK = re.compile(r"(https?://[^\s|>)]+/link/[\w-]{43})")
FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')


@dataclass
class Browser:
    """`async with Browser(town) as browser: ...`"""

    town: Workspace
    form: dict[str, str] = field(default_factory=dict)
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=15, trust_env=False, follow_redirects=False)
    )

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def open(self, url: str) -> str:
        """Open the link; the address of GitHub's page."""
        answer = await self.http.get(url)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def consent(self, page: str, role: str, answer: str = "authorize") -> str:
        """Be that person on GitHub's page, and answer; where the browser is sent back to."""
        shown = await self.http.get(page)
        assert shown.status_code == 200, shown.text
        form = dict(FIELD.findall(shown.text)) | {"login": self.town.people[role]["login"], "answer": answer}
        sent = await self.http.post(page.partition("?")[0], data=form)
        assert sent.status_code == 302, sent.text
        return str(sent.headers["location"])

    async def back(self, url: str) -> httpx.Response:
        """Follow GitHub's redirect."""
        return await self.http.get(url)

    async def signed_in(self, url: str, role: str) -> None:
        """From the link to the question."""
        answer = await self.back(await self.consent(await self.open(url), role))
        assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (303, "/link/confirm")

    async def question(self) -> str:
        """What is asked before anything is linked."""
        answer = await self.http.get(f"{self.town.url}/link/confirm")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def agree(self) -> httpx.Response:
        """Both are mine."""
        self.form = dict(FIELD.findall(await self.question()))
        return await self.agree_again()

    async def agree_again(self) -> httpx.Response:
        """The same form once more."""
        return await self.http.post(f"{self.town.url}/link/confirm", data=self.form)


async def told_link(town: Workspace, *, channel: str = "team", user: str = "writer") -> str:
    """The link that somebody was told last, alone."""

    async def look() -> str | None:
        alone = [each for each in await town.own(channel, user) if each["is_ephemeral"] or channel == "dm"]
        told = [LINK.search(words(each)) for each in alone]
        return next((found[1] for found in reversed(told) if found), None)

    return await town.until(look, "a link to sign in with")


class SignInTown(Workspace):
    """Where people can sign in on the pretend GitHub."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, **settings)
        self.stage = (*self.stage, "--oauth-callback-url", self.url)

    def environment(self) -> dict[str, str]:
        """With the client that is registered there."""
        client = json.loads(Path(self.told["apps_file"]).read_text())["github"]
        own = {
            "BELLHOP_PUBLIC_URL": self.url,
            "GITHUB_APP_CLIENT_ID": client["app_client_id"],
            "GITHUB_APP_CLIENT_SECRET": client["app_client_secret"],
        }
        return super().environment() | own | self.settings
