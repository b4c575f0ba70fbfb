"""What must be set for Slack, and what half of it is told."""

from pathlib import Path

import pytest

from adapters.platforms.slack import open_platform
from adapters.platforms.slack.settings import load
from bot.errors import ConfigurationError

GIVEN = {"SLACK_BOT_TOKEN": "xoxb-hunter2hunter2", "SLACK_SIGNING_SECRET": "it is hunter2"}
APP = {"SLACK_APP_TOKEN": "xapp-hunter2"}
CLIENT = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "hunter2hunter2"}
NAMES = (*GIVEN, *APP, *CLIENT, "SLACK_API_URL", "INTEGRATION_TIMEOUT", "MAX_RETRY_ATTEMPTS")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No setting of Slack's."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def setting(environment: pytest.MonkeyPatch, **given: str) -> None:
    for name, value in given.items():
        environment.setenv(name, value)


def test_without_settings_there_is_no_slack() -> None:
    assert load() is None
    assert open_platform() is None


def test_empty_settings_are_none(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **dict.fromkeys(NAMES[:5], ""))
    assert load() is None


async def test_token_and_secret_are_enough(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **GIVEN)
    platform = open_platform()
    assert platform is not None
    assert (platform.name, platform.integration, platform.call_timeout_seconds) == ("slack", "default", 10.0)
    assert set(platform.secrets) == set(GIVEN.values())
    assert platform.pace_seconds == 3.0
    await platform.close()


def test_every_secret_is_known_for_masking(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **GIVEN, **APP, **CLIENT)
    found = load()
    assert found is not None
    assert set(found.secrets) == {*GIVEN.values(), *APP.values(), CLIENT["SLACK_CLIENT_SECRET"]}
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-hunter2"}, "SLACK_SIGNING_SECRET"),
        (GIVEN | {"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET"),
        (GIVEN | {"SLACK_SIGNING_SECRET": "  "}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "hunter2"}, "SLACK_BOT_TOKEN"),
        (APP, "SLACK_BOT_TOKEN"),
        (CLIENT, "SLACK_BOT_TOKEN"),
        (GIVEN | {"SLACK_BOT_TOKEN": "xapp-hunter2"}, "SLACK_BOT_TOKEN"),
        (GIVEN | {"SLACK_APP_TOKEN": "xoxb-hunter2"}, "SLACK_APP_TOKEN"),
        (GIVEN | {"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET"),
        (GIVEN | {"SLACK_CLIENT_SECRET": "hunter2"}, "SLACK_CLIENT_ID"),
        (GIVEN | {"SLACK_API_URL": "slack.com/api"}, "SLACK_API_URL"),
        (GIVEN | {"SLACK_API_URL": "https://xoxb-hunter2@slack.com/api/"}, "SLACK_API_URL"),
        (GIVEN | {"SLACK_API_URL": "ftp://slack.com/api/"}, "SLACK_API_URL"),
        (GIVEN | {"INTEGRATION_TIMEOUT": "0"}, "INTEGRATION_TIMEOUT"),
    ],
)
def test_half_of_it_stops_the_start_with_one_line(
    environment: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    setting(environment, **given)
    with pytest.raises(ConfigurationError) as refusal:
        load()
    assert refusal.value.setting == named
    assert str(refusal.value).startswith(f"{named}: ")
    assert "\n" not in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("url", ["https://slack-gov.com/api", "https://slack-gov.com/api/"])
def test_the_address_ends_in_one_slash(environment: pytest.MonkeyPatch, url: str) -> None:
    setting(environment, **GIVEN, SLACK_API_URL=url)
    found = load()
    assert found is not None
    assert found.slack_api_url == "https://slack-gov.com/api/"


def test_a_file_of_authorities_that_is_not_there_stops_the_start(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting(environment, **GIVEN)
    with pytest.raises(ConfigurationError, match="BELLHOP_CA_BUNDLE"):
        open_platform(ca_bundle=str(tmp_path / "nothing.pem"))


def test_a_token_travels_to_no_public_host_in_clear_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s" * 32)
    monkeypatch.setenv("SLACK_API_URL", "http://slack.example.com/api/")
    with pytest.raises(ConfigurationError, match=r"SLACK_API_URL.*clear text"):
        load()
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    assert load() is not None
