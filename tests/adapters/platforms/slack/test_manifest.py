"""The app's manifest in the documentation: Slack would take it; it asks for what the adapter uses and no more."""

import re
from collections.abc import Callable
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from adapters.platforms.slack import NEEDS, bodies, failures, interactions, normalize
from adapters.platforms.slack.settings import SlackSettings
from bot.commands import COMMANDS
from bot.settings import Settings
from handlers.routes import ROUTES
from tests.adapters.platforms.slack import manifest_rules as rules
from tests.house.tree import ROOT, literals, syntax

CONNECT = ROOT / "docs" / "connect"
PAGE = CONNECT / "slack.md"
PUBLIC, SOCKET = CONNECT / "slack-manifest.yaml", CONNECT / "slack-manifest-socket.yaml"
ADAPTER = sorted((ROOT / "adapters" / "platforms" / "slack").glob("*.py"))
EVENTS_OF = {"message": {"message.channels", "message.groups", "message.im", "message.mpim"}}
ADDRESSES = {"url", "request_url", "message_menu_options_url"}
Manifest = dict[str, Any]


def read(path: Path) -> Manifest:
    found: Manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def manifest() -> Manifest:
    return read(PUBLIC)


@pytest.mark.parametrize("path", [PUBLIC, SOCKET], ids=lambda path: path.stem)
def test_slack_would_take_it(path: Path) -> None:
    assert rules.complaints(read(path)) == []


def break_with(*path: str | int, value: Any) -> Callable[[Manifest], None]:
    def change(manifest: Any) -> None:
        for key in path[:-1]:
            manifest = manifest[key]
        if value is None:
            manifest.pop(path[-1])
        else:
            manifest[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (break_with("colour", value="blue"), "'colour' was unexpected"),
        (break_with("display_information", value=None), "'display_information' is a required property"),
        (break_with("display_information", "name", value="B" * 36), "is too long"),
        (break_with("display_information", "long_description", value="Short."), "is too short"),
        (break_with("features", "bot_user", "display_name", value="Bell Hop"), "does not match"),
        (break_with("features", "slash_commands", value=[]), "should be non-empty"),
        (break_with("features", "shortcuts", 0, "name", value="Ask Bellhop for something"), "is too long"),
        (break_with("features", "shortcuts", 0, "type", value="local"), "is not one of"),
        (break_with("features", "slash_commands", 0, "url", value="http://h/x"), "does not match"),
        (break_with("features", "slash_commands", 0, "url", value=None), "/bellhop has no url"),
        (break_with("settings", "event_subscriptions", "request_url", value=None), "requires either Request"),
        (break_with("settings", "interactivity", "request_url", value=None), "has no request_url"),
        (break_with("settings", "token_rotation_enabled", value="no"), "is not of type 'boolean'"),
        (break_with("settings", "event_subscriptions", "bot_events", 0, value="app_opened"), "is no event"),
        (break_with("oauth_config", "scopes", "bot", value=["chat:write"]), "app_mention needs app_mentions"),
    ],
)  # fmt: skip
def test_what_slack_would_refuse_is_seen(
    manifest: Manifest, change: Callable[[Manifest], None], why: str
) -> None:
    change(manifest)
    assert any(why in complaint for complaint in rules.complaints(manifest)), rules.complaints(manifest)


def called(paths: list[Path]) -> set[str]:
    """The Web API's methods that modules name, as the vendor writes them: `chat.postMessage`."""
    words = {word for path in paths for _, word in literals(syntax(path))}
    return {
        word.replace("_", ".")
        for word in words
        if "_" in word and iscoroutinefunction(getattr(AsyncWebClient, word, None))
    }


def listened() -> set[str]:
    """The events that the adapter reads or tells of, as a manifest names them."""
    names = set(bodies.READ_EVENTS) | set(normalize.NOTICES)
    return {full for name in names - rules.UNASKED_EVENTS for full in EVENTS_OF.get(name, {name})}


def test_the_methods_that_the_adapter_calls_are_found() -> None:
    assert {"auth.test", "chat.postMessage", "conversations.replies", "views.publish"} <= called(ADAPTER)
    assert called([Path(rules.__file__)]) == set()


def test_every_scope_is_needed_and_every_need_has_its_scope(manifest: Manifest) -> None:
    methods = called(ADAPTER) - rules.SCOPES_OF_APP_METHODS.keys()
    needed = rules.SCOPES_OF_FILES | rules.SCOPES_OF_COMMANDS
    needed = needed.union(*(rules.SCOPES_OF_METHODS[method] for method in methods))
    needed = needed.union(*(rules.SCOPES_OF_EVENTS[event] for event in listened()))
    assert manifest["oauth_config"]["scopes"] == {"bot": sorted(needed)}


def test_the_rules_hold_every_method_that_is_called_and_no_other() -> None:
    methods = called(ADAPTER) - rules.SCOPES_OF_APP_METHODS.keys()
    assert rules.SCOPES_OF_METHODS.keys() == methods


def test_it_asks_for_the_events_that_are_read_and_no_others(manifest: Manifest) -> None:
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(listened())


def test_what_people_do_is_delivered_in_each_way_that_is_read(manifest: Manifest) -> None:
    features, settings = manifest["features"], manifest["settings"]
    offered = {
        "slash_command": len(features["slash_commands"]) == 1,
        "shortcut": [each["type"] for each in features["shortcuts"]].count("global") == 1,
        "message_action": [each["type"] for each in features["shortcuts"]].count("message") == 1,
        "block_suggestion": "message_menu_options_url" in settings["interactivity"],
        "block_actions": settings["interactivity"]["is_enabled"],
        "view_submission": settings["interactivity"]["is_enabled"],
        "view_closed": settings["interactivity"]["is_enabled"],
    }
    assert offered == dict.fromkeys(interactions.READERS, True)
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_bot_is_called_as_the_settings_call_it(manifest: Manifest) -> None:
    name = Settings.model_fields["name"].default
    command = manifest["features"]["slash_commands"][0]
    assert (manifest["features"]["bot_user"]["display_name"], command["command"]) == (name, f"/{name}")
    hinted = {hint.split()[0] for hint in command["usage_hint"].split(" | ")}
    assert hinted <= set(COMMANDS)


def test_everything_is_delivered_to_an_address_that_is_served(manifest: Manifest) -> None:
    served = {route.path.replace("{platform}", "slack") for route in ROUTES if route.method == "POST"}
    found = addresses(manifest)
    assert len(found) == 4
    assert {re.sub(r"^https://[^/]+", "", address) for address in found} <= served


def addresses(part: Any) -> list[str]:
    """Every address in it."""
    if isinstance(part, dict):
        own = [value for key, value in part.items() if key in ADDRESSES]
        return own + [each for value in part.values() for each in addresses(value)]
    return [each for value in part for each in addresses(value)] if isinstance(part, list) else []


def test_the_one_for_socket_mode_differs_by_its_addresses_alone(manifest: Manifest) -> None:
    def without(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: without(value) for key, value in part.items() if key not in ADDRESSES}
        return [without(each) for each in part] if isinstance(part, list) else part

    socket = read(SOCKET)
    assert addresses(socket) == []
    assert socket.get("settings", {}).pop("socket_mode_enabled") is True
    assert manifest["settings"].pop("socket_mode_enabled") is False
    assert socket == without(manifest)


def test_the_page_shows_the_manifest_word_for_word() -> None:
    assert f"```yaml\n{PUBLIC.read_text(encoding='utf-8')}```\n" in PAGE.read_text(encoding="utf-8")


def test_the_page_says_what_each_scope_and_event_is_for(manifest: Manifest) -> None:
    rows = re.findall(r"^\| `([a-z_:.]+)` \| \S", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    assert rows == [*scopes, *manifest["settings"]["event_subscriptions"]["bot_events"]]


def test_the_page_names_every_setting_of_slack() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = [*NEEDS, *(name.upper() for name in SlackSettings.model_fields if name.startswith("slack_"))]
    assert [name for name in names if f"`{name}`" not in page] == []


def spoken() -> str:
    """Every text of the bot and of the adapter, as one."""
    folders = ("bot", "adapters/platforms/slack")
    paths = [
        *(path for folder in folders for path in (ROOT / folder).rglob("*.py")),
        ROOT / "adapters" / "signatures.py",
    ]
    return "\n".join(text for path in sorted(paths) for _, text in literals(syntax(path)))


def test_what_the_page_quotes_is_what_is_said() -> None:
    rows = re.findall(r"^\| “(.+?)” \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    said = " ".join(spoken().split())
    # Left open is what stands for something else (`…`), and where one text is put behind another.
    parts = {row: [part.strip() for part in re.split(r"…;?|\(|\);", row) if part.strip()] for row in rows}
    assert len(rows) >= 10
    assert [row for row, found in parts.items() if not all(part in said for part in found)] == []


def test_the_page_tells_of_every_refusal_for_want_of_something() -> None:
    page = PAGE.read_text(encoding="utf-8")
    words = failures.NOT_INVITED | {"missing_scope", "invalid_auth", "token_revoked", "account_inactive"}
    assert [word for word in sorted(words) if f"`{word}`" not in page] == []
