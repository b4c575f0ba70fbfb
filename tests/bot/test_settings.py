"""Settings: from the environment, refused on one line that names setting and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings
from bot.errors import ConfigurationError
from bot.settings import Settings


@pytest.fixture(autouse=True)
def _none_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"BELLHOP_{name.upper()}", raising=False)


def test_nothing_needs_to_be_set() -> None:
    found = settings.load()
    assert found.database == f"sqlite:///{(Path('data') / 'bellhop.db').absolute()}"
    assert found.is_single_host
    assert found.is_redis_embedded
    assert (found.name, found.port, found.agent) == ("bellhop", 8080, "scripted")


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLHOP_PORT", "")
    monkeypatch.setenv("BELLHOP_DATABASE_URL", "")
    assert settings.load().port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"), ("PORT", "70000"), ("NAME", "no spaces"), ("NAME", "-x"), ("WORKERS", "-1"),
        ("BRANCH_PREFIX", "../x"), ("BRANCH_PREFIX", "-x"), ("LEASE_SECONDS", "0"), ("DISPATCHER", "maybe"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_on_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"BELLHOP_{name}", value)
    with pytest.raises(ConfigurationError) as refused:
        settings.load()
    assert refused.value.setting == f"BELLHOP_{name}"
    assert str(refused.value).startswith(f"BELLHOP_{name}: ")
    assert "\n" not in str(refused.value)


def test_settings_that_contradict_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLHOP_RENEW_SECONDS", "6")
    with pytest.raises(ConfigurationError) as refused:
        settings.load()
    assert str(refused.value) == "BELLHOP_RENEW_SECONDS: set it to less than half of BELLHOP_LEASE_SECONDS"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLHOP_REDIS_URL", "redis://:hunter2@host")
    found = settings.load()
    assert "hunter2" not in repr(found)
    assert "hunter2" not in found.model_dump_json()
    assert not found.is_redis_embedded


def test_a_child_of_our_own_kind_gets_our_environment_and_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLHOP_NAME", "porter")
    made = settings.child_environment(EXTRA="x", NOTHING="")
    assert (made["BELLHOP_NAME"], made["EXTRA"]) == ("porter", "x")
    assert "NOTHING" not in made


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    "url",
    [
        "bellhop.example",
        "ftp://bellhop.example",
        "https://",
        "https://me:hunter2@bellhop.example",
        "https://bellhop.example/?x=1",
        "https://bellhop.example/#x",
        "https://bell hop.example",
    ],
)
def test_a_public_address_that_is_none(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BELLHOP_PUBLIC_URL", url)
    with pytest.raises(
        ConfigurationError, match=r"^BELLHOP_PUBLIC_URL: set it to the address people reach"
    ) as refused:
        settings.load()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["https://bellhop.example", "http://[::1]:8080", "https://corp.example:8443/bots"]
)
def test_a_public_address_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BELLHOP_PUBLIC_URL", f"{url}/")
    assert settings.load().public_url == url
