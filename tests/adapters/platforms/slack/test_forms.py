"""Arguments go where every server of the Web API reads them: into the form of a POST."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.platforms.slack import Slack
from adapters.platforms.slack.client import Client, Reach
from adapters.platforms.slack.settings import SlackSettings
from models.message import Actor, MessageKind, Thread, ThreadKind
from models.source import SourceType
from tests.adapters.platforms.slack.test_client import answering

AT = Thread(source=SourceType.SLACK, workspace="T1", kind=ThreadKind.CHANNEL, channel="C1", root="1.000001")
SOMEBODY = Actor(id="U1", login="ada")
TOKEN = SecretStr("xoxb-1")
ANSWERS: dict[str, dict[str, object]] = {
    "auth.test": {"user_id": "UBOT", "user": "bellhop", "team_id": "T1"},
    "conversations.replies": {"messages": []},
    "users.info": {"user": {"id": "U1", "name": "ada", "team_id": "T1"}},
}
Asking = Callable[[Slack], Awaitable[object]]


class Strict:
    """A server that knows POST alone, and looks for arguments in the form alone."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, str]] = {}
        self.queries: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        if request.method != "POST":
            return web.json_response({"message": "Not Found"}, status=404)
        method = request.path.removeprefix("/api/")
        self.queries.append(request.query_string)
        self.asked[method] = {name: str(value) for name, value in (await request.post()).items()}
        return web.json_response({"ok": True} | ANSWERS.get(method, {}))


@pytest.mark.parametrize(
    ("asking", "method", "arguments"),
    [
        (lambda slack: slack.is_member(SOMEBODY), "users.info", {"user": "U1"}),
        (
            lambda slack: slack.find(AT, "m"),
            "conversations.replies",
            {"channel": "C1", "ts": "1.000001", "limit": "1000", "include_all_metadata": "1"},
        ),
        (
            lambda slack: slack.react(AT, MessageKind.COMMENT, "1.000001", "eyes"),
            "reactions.add",
            {"channel": "C1", "timestamp": "1.000001", "name": "eyes"},
        ),
    ],
)
async def test_arguments_stand_in_the_form_of_a_post(
    asking: Asking, method: str, arguments: dict[str, str]
) -> None:
    strict = Strict()
    async with answering(strict.answer) as api_url:
        slack = Slack(SlackSettings(slack_bot_token=TOKEN, slack_signing_secret=TOKEN, slack_api_url=api_url))
        try:
            await asking(slack)
        finally:
            await slack.close()
    assert strict.asked[method] == arguments
    assert set(strict.queries) == {""}


async def test_the_token_of_a_call_stands_in_its_header_alone() -> None:
    headers: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        headers.append(request.headers["Authorization"])
        assert (request.query_string, dict(await request.post())) == ("", {})
        return web.json_response({"ok": True})

    async with answering(answer) as api_url:
        client = Client(Reach(api_url), "xoxb-1", "bellhop")
        try:
            async with client.calling("opening a connection") as api:
                await api.post("apps_connections_open", app_token="xapp-1")
        finally:
            await client.close()
    assert headers == ["Bearer xapp-1"]
