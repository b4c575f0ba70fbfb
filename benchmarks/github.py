"""The pretend GitHub as one of its people uses it: open an issue, comment, watch for the bot's answer."""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

LOOK_SECONDS = 0.005


class NoAnswer(Exception):
    """The bot stayed silent; the text says where."""


class Person:
    """Somebody with write access. Use as a context manager."""

    def __init__(self, told: dict[str, Any]) -> None:
        people = json.loads(Path(told["tokens_file"]).read_text())
        headers = {"Authorization": f"Bearer {people['writer']['token']}"}
        self._bot = str(people["bot"]["login"])
        self._http = httpx.Client(base_url=told["api_url"], headers=headers, timeout=30, trust_env=False)
        self._repository = str(told["repositories"][0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def open_issue(self, title: str) -> int:
        """Its number."""
        return int(self._post("issues", {"title": title, "body": "Found while measuring."})["number"])

    def comment(self, number: int, text: str) -> int:
        """The comment's id."""
        return int(self._post(f"issues/{number}/comments", {"body": text})["id"])

    def answers(self, number: int) -> list[str]:
        """What the bot has said on an issue."""
        found = self._get(f"issues/{number}/comments?per_page=100")
        return [comment["body"] for comment in found if comment["user"]["login"] == self._bot]

    def await_answer(self, number: int, seconds: float) -> None:
        """Return when the bot has said something on the issue. Raises NoAnswer."""
        ends = time.monotonic() + seconds
        while not self.answers(number):
            if time.monotonic() > ends:
                raise NoAnswer(f"waiting {seconds:.0f} s for the bot's answer on issue {number}")
            time.sleep(LOOK_SECONDS)

    def _path(self, rest: str) -> str:
        return f"/repos/{self._repository}/{rest}"

    def _get(self, rest: str) -> Any:
        return self._http.get(self._path(rest)).raise_for_status().json()

    def _post(self, rest: str, body: dict[str, str]) -> Any:
        return self._http.post(self._path(rest), json=body).raise_for_status().json()
