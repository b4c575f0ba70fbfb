"""The command line explains itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from bot.release import VERSION
from handlers.cli import parser


def commands(command: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Every command and action with its one line of help."""
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, sub in action.choices.items():
                yield sub, summaries.get(name, "")
                yield from commands(sub)


def options(command: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Its options by name."""
    return {name: action for action in command._actions for name in action.option_strings}


COMMANDS = {command.prog: (command, summary) for command, summary in commands(parser.build())}
LISTINGS = [prog for prog in COMMANDS if prog.endswith(" list")]


def test_the_promised_commands_are_there() -> None:
    first = {prog.split()[1] for prog in COMMANDS}
    assert first >= {"all", "web", "worker", "migrate", "check", "deliveries", "jobs"}


@pytest.mark.parametrize("prog", COMMANDS)
def test_every_command_says_what_it_does(prog: str) -> None:
    assert COMMANDS[prog][1]


@pytest.mark.parametrize("prog", COMMANDS)
def test_every_command_prints_its_usage(prog: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.build().parse_args([*prog.split()[1:], "--help"])
    assert ended.value.code == 0
    assert f"usage: {prog}" in capsys.readouterr().out


def test_there_is_a_listing_to_look_at() -> None:
    assert {"bellhop deliveries list", "bellhop jobs list"} <= set(LISTINGS)


@pytest.mark.parametrize("prog", LISTINGS)
def test_every_listing_takes_json_and_a_limit(prog: str) -> None:
    assert {"--json", "--limit"} <= set(options(COMMANDS[prog][0]))
    args = parser.build().parse_args([*prog.split()[1:], "--json", "--limit", "3"])
    assert (args.json, args.limit) == (True, 3)
    assert parser.build().parse_args(prog.split()[1:]).limit == parser.LIMIT


@pytest.mark.parametrize(
    "line",
    [
        "jobs list --limit 0",
        "jobs list --limit -1",
        "deliveries list --limit ten",
        "deliveries show J-7K3Q",
        f"deliveries show {2**63}",
        "deliveries list --disposition bogus",
        "worker --concurrency 0",
        "deliveries J-7K3Q",
        "jobs --all",
        "jobs list --lim 3",
        "dance",
        "",
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.build().parse_args(line.split())
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("command", ["jobs", "deliveries"])
@pytest.mark.parametrize("options", ["", "--json", "--limit 3 --json"])
def test_without_an_action_it_lists(command: str, options: str) -> None:
    typed = parser.build().parse_args([command, *options.split()])
    assert typed == parser.build().parse_args([command, "list", *options.split()])


def test_a_disposition_nobody_knows_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for known in ("ignored", "ignored:self", "error"):
        assert parser.build().parse_args(["deliveries", "list", "--disposition", known]).disposition == known
    with pytest.raises(SystemExit):
        parser.build().parse_args(["deliveries", "list", "--disposition", "bogus"])
    said = capsys.readouterr().err
    assert "there is no 'bogus'" in said
    assert "ignored, ignored:not_addressed" in said


def test_a_limit_beyond_any_database_is_as_good_as_none() -> None:
    assert parser.build().parse_args(["jobs", "list", "--limit", str(10**30)]).limit == 2**63 - 1


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.build().parse_args(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"bellhop {VERSION}\n")


def test_what_is_no_number_is_told_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser.build().parse_args(["deliveries", "show", "abc"])
    assert "'abc' is no number of a row; the list shows them" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parser.build().parse_args(["deliveries", "--limit", "many"])
    assert "'many' is no number" in capsys.readouterr().err
