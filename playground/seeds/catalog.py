"""Draws people and buggy repositories by a seed number: the same number, the same play."""

import random
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

import yaml

ORGANIZATIONS = ("acme", "globex", "initech", "umbra", "northwind", "tailspin", "contoso", "vandelay")
FIRST_NAMES = (
    "Ada", "Bo", "Chidi", "Dora", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lena", "Mateo", "Nia",
)  # fmt: skip
LAST_NAMES = (
    "Okafor",
    "Lind",
    "Moreau",
    "Sato",
    "Novak",
    "Silva",
    "Keller",
    "Rossi",
    "Diaz",
    "Haddad",
    "Berg",
)
HUMAN_ROLES = ("admin", "maintainer", "writer", "triager", "reader", "stranger")
REPOSITORIES_A_PLAY = 3


class Cast(NamedTuple):
    """Who plays: `people` maps a role (`bot` and the human roles) to login and name."""

    organization: str
    people: dict[str, tuple[str, str]]


class Edit(NamedTuple):
    """Replace `find` by `replace` in one file."""

    path: str
    find: str
    replace: str


class IssueText(NamedTuple):
    """An issue somebody wrote."""

    title: str
    body: str


class Bug(NamedTuple):
    """A repository with a bug: its files, issues (the bug first), and the edits that mend it."""

    name: str
    repository: str
    description: str
    files: dict[str, str]
    issues: list[IssueText]
    fix: list[Edit]
    test_command: str


@cache
def _templates() -> list[dict[str, Any]]:
    folder = files("playground.seeds") / "bugs"
    found = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name
    )
    return [yaml.safe_load(item.read_text(encoding="utf-8")) for item in found]


def draw_cast(seed: int) -> Cast:
    """The organization, its bot account and one person a role; logins are unique."""
    chance = random.Random(f"cast {seed}")
    organization = f"{chance.choice(ORGANIZATIONS)}-{chance.randrange(10, 100)}"
    names = zip(
        chance.sample(FIRST_NAMES, len(HUMAN_ROLES)), chance.sample(LAST_NAMES, len(HUMAN_ROLES)), strict=True
    )
    people = {"bot": (f"{organization}-bot", "Automation")}
    for role, (first, last) in zip(HUMAN_ROLES, names, strict=True):
        people[role] = (f"{first}{last[0]}{chance.randrange(10, 100)}".lower(), f"{first} {last}")
    return Cast(organization, people)


def draw_bugs(seed: int, cast: Cast) -> list[Bug]:
    """Some of the bugs, in an order and with names of the seed's own."""
    chance = random.Random(f"bugs {seed}")
    chosen = chance.sample(_templates(), min(REPOSITORIES_A_PLAY, len(_templates())))
    return [_fill(template, chance, cast) for template in chosen]


def _fill(template: dict[str, Any], chance: random.Random, cast: Cast) -> Bug:
    words = {name: chance.choice(options) for name, options in sorted(template["words"].items())}
    words |= {"organization": cast.organization, "writer": cast.people["writer"][0]}
    filled = _substitute(template, words)
    return Bug(
        filled["name"],
        filled["repository"],
        filled["description"],
        filled["files"],
        [IssueText(**issue) for issue in filled["issues"]],
        [Edit(**edit) for edit in filled["fix"]],
        filled["test_command"],
    )


def _substitute(value: Any, words: dict[str, str]) -> Any:
    """Put the words into every text; a word that is missing raises KeyError."""
    if isinstance(value, str):
        return Template(value).substitute(words)
    if isinstance(value, list):
        return [_substitute(item, words) for item in value]
    if isinstance(value, dict):
        return {
            _substitute(key, words): _substitute(item, words) for key, item in value.items() if key != "words"
        }
    return value
