"""The pretend Slack as one of its people uses it: mention, type, click; and what was answered how fast."""

import re
import time
from types import TracebackType
from typing import Any, Self

import httpx

from benchmarks.github import LOOK_SECONDS, NoAnswer, Person

CODE = re.compile(r"link ([A-Z0-9-]{6,})")


class Colleague:
    """Somebody with write access to what the forge has. Use as a context manager."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._bot = str(told["slack"]["bot_user"]["id"])
        self._repository = str(told["repositories"][0])
        self._http = httpx.Client(base_url=told["slack"]["control_url"], timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def link(self, person: Person) -> None:
        """Be known on the forge as `person`. Raises NoAnswer."""
        said = len(self.read("dm"))
        self.say("link", "dm")
        ends = time.monotonic() + 30
        while not (found := CODE.search(" ".join(self.read("dm")[said:]).replace("`", ""))):
            if time.monotonic() > ends:
                raise NoAnswer("waiting 30 s for a code to link with")
            time.sleep(LOOK_SECONDS)
        issue = person.open_issue("Who I am")
        person.comment(issue, f"/bellhop link {found[1]}")
        person.await_answer(issue, 30)

    def say(self, text: str, channel: str = "team") -> str:
        """Write in a channel; the message's timestamp."""
        return str(self._act("/say", channel=channel, text=text)["ts"])

    def ask_for_work(self, what: str) -> str:
        """Mention the bot with a request for the first repository."""
        return self.say(f"@bellhop fix {what} repo={self._repository}")

    def type(self, text: str) -> None:
        """`/bellhop TEXT`."""
        self._act("/command", channel="team", command="/bellhop", text=text)

    def use_shortcut(self) -> None:
        """A shortcut that means nothing to the bot."""
        self._act("/shortcut", callback_id="bench")

    def read(self, channel: str = "team", below: str = "") -> list[str]:
        """What the bot says in a channel, or below one message."""
        shown = self._http.get(f"/screens/writer/{channel}").raise_for_status().json()
        own = [each for each in shown if each.get("user") == self._bot]
        return [str(each["reads"]) for each in own if not below or each.get("thread_ts") == below]

    def await_answer(self, below: str, seconds: float) -> None:
        """Return when the bot has said something below a message. Raises NoAnswer."""
        ends = time.monotonic() + seconds
        while not self.read(below=below):
            if time.monotonic() > ends:
                raise NoAnswer(f"waiting {seconds:.0f} s for the bot's answer below {below}")
            time.sleep(LOOK_SECONDS)

    def forget_attempts(self) -> None:
        """Begin counting anew."""
        self._http.delete("/log").raise_for_status()

    def attempts(self) -> list[dict[str, Any]]:
        """Every try of Slack to hand something over, with its `seconds`, when none is on its way any more."""
        self._http.post("/delivery/idle", json={"timeout_seconds": 60}).raise_for_status()
        found: list[dict[str, Any]] = self._http.get("/attempts").raise_for_status().json()
        return found

    def _act(self, path: str, **data: Any) -> Any:
        return self._http.post(path, json={"user": "writer", **data}).raise_for_status().json()
