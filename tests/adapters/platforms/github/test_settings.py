"""What must be set, and which hosts follow from the API's address."""

from pathlib import Path

import pytest

from adapters.platforms import PLATFORMS
from adapters.platforms.github import open_platform
from adapters.platforms.github.settings import html_url_of, load
from bot.errors import ConfigurationError

GIVEN = {"GITHUB_TOKEN": "ghp_hunter2hunter2", "GITHUB_WEBHOOK_SECRET": "it is a secret"}
NAMES = ("GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET", "GITHUB_API_URL", "GITHUB_APP_ID", "INTEGRATION_TIMEOUT")
CLIENT = {"GITHUB_APP_CLIENT_ID": "Ov23li", "GITHUB_APP_CLIENT_SECRET": "hunter2secret"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No setting of GitHub's."""
    for name in (*NAMES, *CLIENT, "MAX_RETRY_ATTEMPTS"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def setting(environment: pytest.MonkeyPatch, **given: str) -> None:
    for name, value in given.items():
        environment.setenv(name, value)


def test_without_settings_there_is_no_github() -> None:
    assert load() is None
    assert open_platform() is None


def test_empty_settings_are_none(environment: pytest.MonkeyPatch) -> None:
    setting(environment, GITHUB_TOKEN="", GITHUB_WEBHOOK_SECRET="")
    assert load() is None


async def test_token_and_secret_are_enough(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **GIVEN)
    platform = PLATFORMS["github"].open()
    assert platform is not None
    assert (platform.name, platform.integration, platform.call_timeout_seconds) == ("github", "default", 10.0)
    assert set(platform.secrets) == set(GIVEN.values())
    await platform.close()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"GITHUB_TOKEN": "ghp_hunter2"}, "GITHUB_WEBHOOK_SECRET"),
        ({"GITHUB_TOKEN": "ghp_hunter2", "GITHUB_WEBHOOK_SECRET": ""}, "GITHUB_WEBHOOK_SECRET"),
        ({"GITHUB_TOKEN": "ghp_hunter2", "GITHUB_WEBHOOK_SECRET": "  "}, "GITHUB_WEBHOOK_SECRET"),
        ({"GITHUB_WEBHOOK_SECRET": "hunter2"}, "GITHUB_TOKEN"),
        ({"GITHUB_WEBHOOK_SECRET": "hunter2", "GITHUB_APP_ID": "7"}, "GITHUB_TOKEN"),
        ({"GITHUB_APP_ID": "7"}, "GITHUB_TOKEN"),
        (GIVEN | {"GITHUB_APP_ID": "7"}, "GITHUB_APP_ID"),
        (GIVEN | {"GITHUB_TOKEN": "ghp_hunter2 ghp_hunter2"}, "GITHUB_TOKEN"),
        (GIVEN | {"GITHUB_TOKEN": "ghp_hunter2\nghp_hunter2"}, "GITHUB_TOKEN"),
        (GIVEN | {"GITHUB_TOKEN": "ghp_hunter2é"}, "GITHUB_TOKEN"),
        (GIVEN | {"GITHUB_API_URL": "api.github.com"}, "GITHUB_API_URL"),
        (GIVEN | {"GITHUB_API_URL": "ftp://api.github.com"}, "GITHUB_API_URL"),
        (GIVEN | {"GITHUB_API_URL": "https://ghp_hunter2@host/api/v3"}, "GITHUB_API_URL"),
        (GIVEN | {"GITHUB_API_URL": "https://host/api/v3?x=1"}, "GITHUB_API_URL"),
        (GIVEN | {"GITHUB_APP_CLIENT_ID": "Ov23li"}, "GITHUB_APP_CLIENT_SECRET"),
        (
            GIVEN | {"GITHUB_APP_CLIENT_ID": "Ov23li", "GITHUB_APP_CLIENT_SECRET": " "},
            "GITHUB_APP_CLIENT_SECRET",
        ),
        (GIVEN | {"GITHUB_APP_CLIENT_SECRET": "hunter2"}, "GITHUB_APP_CLIENT_ID"),
        (GIVEN | CLIENT | {"GITHUB_APP_CLIENT_ID": "Ov 23"}, "GITHUB_APP_CLIENT_ID"),
        (CLIENT, "GITHUB_TOKEN"),
        (GIVEN | {"INTEGRATION_TIMEOUT": "never"}, "INTEGRATION_TIMEOUT"),
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


def test_blanks_around_a_token_are_forgiven(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **GIVEN | {"GITHUB_TOKEN": " ghp_hunter2\n"})
    found = load()
    assert found is not None
    assert found.token == "ghp_hunter2"


def test_signing_in_as_an_app_is_refused_by_name(environment: pytest.MonkeyPatch) -> None:
    setting(environment, GITHUB_APP_ID="7", GITHUB_WEBHOOK_SECRET="x")
    with pytest.raises(ConfigurationError, match="GITHUB_APP_ID"):
        load()


def test_a_file_of_authorities_that_is_not_there_stops_the_start(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setting(environment, **GIVEN)
    (tmp_path / "empty.pem").write_text("")
    for path in (tmp_path / "nothing.pem", tmp_path / "empty.pem"):
        with pytest.raises(ConfigurationError, match="BELLHOP_CA_BUNDLE"):
            open_platform(ca_bundle=str(path))


@pytest.mark.parametrize(
    ("api", "pages"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://git.example", "https://git.example"),
        ("https://git.example/api/v3", "https://git.example"),
        ("https://git.example:8443/api/v3", "https://git.example:8443"),
        ("http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080"),
        ("https://git.example/github/api/v3", "https://git.example/github"),
        ("https://api.octocorp.ghe.com", "https://octocorp.ghe.com"),
        ("https://api.ghe.com.evil.example", "https://api.ghe.com.evil.example"),
    ],
)
def test_pages_and_git_are_where_the_api_says(api: str, pages: str) -> None:
    assert html_url_of(api) == pages


def test_a_trailing_slash_changes_nothing(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **GIVEN, GITHUB_API_URL="https://git.example/api/v3/")
    found = load()
    assert found is not None
    assert (found.github_api_url, found.html_url) == ("https://git.example/api/v3", "https://git.example")


def test_no_secret_is_shown(environment: pytest.MonkeyPatch) -> None:
    setting(environment, **GIVEN)
    shown = repr(load())
    assert not any(value in shown for value in GIVEN.values())


async def test_with_a_client_people_can_sign_in_and_its_secret_is_known_as_one(
    environment: pytest.MonkeyPatch,
) -> None:
    setting(environment, **GIVEN)
    without = open_platform()
    setting(environment, **CLIENT)
    platform = open_platform()
    assert without is not None
    assert platform is not None
    assert without.sign_in is None
    assert platform.sign_in is not None
    assert "hunter2secret" in platform.secrets
    await without.close()
    await platform.close()
