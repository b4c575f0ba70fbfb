"""The grammar of the judge: a rule looks at a value at a JSON pointer and says what is wrong, in Slack's words.

The words are those seen in real answers: github.com/slack-go/slack/issues/1446,
github.com/adobe/spacecat-api-service/issues/176, docs.slack.dev/block-kit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Rule = Callable[[Any, str], list[str]]
PLAIN, MRKDWN = "plain_text", "mrkdwn"


def fault(message: str, pointer: str) -> list[str]:
    """One complaint."""
    return [f"{message} [json-pointer:{pointer}]"]


def string(longest: int | None = None, shortest: int = 0) -> Rule:
    """A text of so many characters."""

    def look(value: Any, pointer: str) -> list[str]:
        if not isinstance(value, str):
            return fault("must provide a string", pointer)
        if longest is not None and len(value) > longest:
            return fault(f"must be less than {longest + 1} characters", pointer)
        if len(value) < shortest:
            return fault(f"must be more than {shortest - 1} characters", pointer)
        return []

    return look


def boolean(value: Any, pointer: str) -> list[str]:
    """True or false."""
    return [] if isinstance(value, bool) else fault("must provide a boolean", pointer)


def integer(value: Any, pointer: str) -> list[str]:
    """A whole number."""
    is_good = isinstance(value, int) and not isinstance(value, bool)
    return [] if is_good else fault("must provide an integer", pointer)


def anything(value: Any, pointer: str) -> list[str]:
    """Left to slack_sdk's models."""
    return []


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def look(value: Any, pointer: str) -> list[str]:
        if isinstance(value, str) and value in allowed:
            return []
        return fault(f"must be one of {', '.join(allowed)}", pointer)

    return look


def items(most: int, rule: Rule, least: int = 0) -> Rule:
    """A list of so many things, each judged."""

    def look(value: Any, pointer: str) -> list[str]:
        if not isinstance(value, list):
            return fault("must provide an array", pointer)
        if len(value) > most:
            return fault(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            return fault(f"no less than {least} items allowed", pointer)
        return [found for number, item in enumerate(value) for found in rule(item, f"{pointer}/{number}")]

    return look


def thing(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with these fields and no others; `type` is judged by whoever chose the rule."""
    known = {"type": anything, **(optional or {}), **required}

    def look(value: Any, pointer: str) -> list[str]:
        if not isinstance(value, dict):
            return fault("must provide an object", pointer)
        missing = [name for name in required if value.get(name) is None]
        found = [line for name in missing for line in fault(f"missing required field: {name}", pointer)]
        for name, field in value.items():
            if name not in known:
                found += fault(f"invalid additional property: {name}", pointer)
            elif field is not None:
                found += known[name](field, f"{pointer}/{name}")
        return found

    return look


def typed(table: Mapping[str, Rule]) -> Rule:
    """An object judged by its `type`; others are refused."""

    def look(value: Any, pointer: str) -> list[str]:
        if not isinstance(value, dict):
            return fault("must provide an object", pointer)
        kind = value.get("type")
        if kind is None:
            return fault("missing required field: type", pointer)
        if not isinstance(kind, str) or kind not in table:
            return fault(f"unsupported type: {kind}", f"{pointer}/type")
        return table[kind](value, pointer)

    return look


def text(longest: int, *kinds: str) -> Rule:
    """A text object; `emoji` belongs to plain text only, `verbatim` to mrkdwn only.

    docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    words = {"text": string(longest, 1)}
    table = {PLAIN: thing(words, {"emoji": boolean}), MRKDWN: thing(words, {"verbatim": boolean})}
    return typed({kind: table[kind] for kind in kinds or (PLAIN, MRKDWN)})


def both(*rules: Rule) -> Rule:
    """Every rule."""

    def look(value: Any, pointer: str) -> list[str]:
        return [found for rule in rules for found in rule(value, pointer)]

    return look


def exactly_one(*names: str) -> Rule:
    """An object that has one of these fields, not none and not two."""

    def look(value: Any, pointer: str) -> list[str]:
        given = [name for name in names if isinstance(value, dict) and value.get(name) is not None]
        wanted = " or ".join(f"`{name}`" for name in names)
        return [] if len(given) == 1 else fault(f"must define either {wanted}", pointer)

    return look
