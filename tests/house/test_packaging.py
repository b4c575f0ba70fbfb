"""What `pyproject.toml` asks for, `constraints.txt` pins, and the pins are what is installed."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT

PIN = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$")
THIS_PYTHON: dict[str, str] = {}
# Debian 12 has 3.11.2, which needs a back-port that 3.11.3 does not.
OLDEST_PYTHON = {"python_version": "3.11", "python_full_version": "3.11.0"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def closure(requirements: list[Requirement], environment: dict[str, str]) -> Iterator[str]:
    """Yield the name of every distribution the requirements lead to, as far as their metadata is here."""
    seen: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        yield canonicalize_name(requirement.name)
        waiting.extend(_needed_by(requirement, environment))


def _needed_by(requirement: Requirement, environment: dict[str, str]) -> Iterator[Requirement]:
    try:
        lines = metadata.requires(requirement.name) or []
    except metadata.PackageNotFoundError:
        return
    extras = ["", *requirement.extras]
    for needed in map(Requirement, lines):
        marker = needed.marker
        if marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in extras):
            yield needed


def test_a_constraint_is_a_name_and_a_version_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert [line for line in lines if not PIN.match(line)] == []
    assert lines == sorted(set(lines), key=str.lower)


@pytest.mark.parametrize("requirement", RUNTIME + DEVELOPMENT, ids=lambda requirement: requirement.name)
def test_each_dependency_is_pinned_inside_its_range(requirement: Requirement) -> None:
    assert requirement.url is None
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_what_the_dependencies_lead_to_is_pinned_and_installed_as_pinned() -> None:
    pinned = pins()
    names = set(closure(RUNTIME + DEVELOPMENT, THIS_PYTHON))
    assert {name: metadata.version(name) for name in names} == {name: pinned.get(name) for name in names}


def test_every_supported_python_finds_its_pins_and_none_is_left_over() -> None:
    needed = set(closure(RUNTIME + DEVELOPMENT, THIS_PYTHON)) | set(
        closure(RUNTIME + DEVELOPMENT, OLDEST_PYTHON)
    )
    assert set(pins()) == needed
