"""Installing over OAuth."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

# slack_sdk 3.47 still hands aiohttp a BasicAuth.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")

BACK = "http://127.0.0.1:9/oauth/callback"


async def consent(told: Any, **form: str) -> dict[str, list[str]]:
    page = AuthorizeUrlGenerator(
        client_id=told["client_id"],
        redirect_uri=BACK,
        scopes=["chat:write", "commands"],
        authorization_url=f"{told['url']}/oauth/v2/authorize",
    ).generate("state-1")
    async with httpx.AsyncClient() as client:
        shown = await client.get(page)
        assert (shown.status_code, told["team"]["name"] in shown.text) == (200, True)
        fields = {key: values[0] for key, values in parse_qs(urlsplit(page).query).items()}
        answer = {"user": told["people"]["admin"]["id"], "answer": "allow"} | form
        sent = await client.post(f"{told['url']}/oauth/v2/authorize", data=fields | answer)
    assert sent.headers["Location"].startswith(BACK)
    return parse_qs(urlsplit(sent.headers["Location"]).query)


async def test_a_code_becomes_a_bot_token_once(told: Any) -> None:
    back = await consent(told)
    assert back["state"] == ["state-1"]
    client = AsyncWebClient(base_url=told["api_url"])
    exchange = {
        "client_id": told["client_id"],
        "client_secret": told["client_secret"],
        "code": back["code"][0],
        "redirect_uri": BACK,
    }
    installed = await client.oauth_v2_access(**exchange)
    assert (installed["token_type"], installed["scope"]) == ("bot", "chat:write,commands")
    assert installed["team"]["id"] == told["team"]["id"]
    assert installed["authed_user"]["id"] == told["people"]["admin"]["id"]
    me = await client.auth_test(token=installed["access_token"])
    assert me["user_id"] == installed["bot_user_id"] == told["bot_user"]["id"]
    with pytest.raises(SlackApiError, match="code_already_used"):
        await client.oauth_v2_access(**exchange)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"code": "x"}, "invalid_code"),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, "bad_redirect_uri"),
    ],
)
async def test_what_the_exchange_refuses(told: Any, change: dict[str, str], error: str) -> None:
    back = await consent(told)
    good = {"client_id": told["client_id"], "client_secret": told["client_secret"], "code": back["code"][0]}
    with pytest.raises(SlackApiError, match=error):
        await AsyncWebClient(base_url=told["api_url"]).oauth_v2_access(
            **(good | {"redirect_uri": BACK} | change)
        )


async def test_one_may_decline(told: Any) -> None:
    assert (await consent(told, answer="cancel"))["error"] == ["access_denied"]
