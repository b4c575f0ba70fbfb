"""Whose workspace it is: installations of one workspace and of a whole organization, channels shared within it and with
other companies. What a person says, clicks and types is of one tenant, and strangers are known before anybody is asked.

https://docs.slack.dev/apis/events-api#authorizations
https://docs.slack.dev/apis/slack-connect
https://docs.slack.dev/reference/objects/user-object (`is_stranger` is false for those of a shared channel)
"""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.platforms.slack import people
from adapters.platforms.slack.facts import Own
from models.message import IncomingMessage
from tests.adapters.platforms.slack.deliveries import payload
from tests.adapters.platforms.slack.test_normalize import commands, ignored, read

HOME, ELSEWHERE, SISTER = "T0ACME00001", "T0OTHER00001", "T0ACME00002"
ORGANIZATION, ANOTHER = "E0ACME00001", "E0OTHER00001"
OWN = Own(user_id="U0BELLHOP01", team_id=HOME)
OF_ORGANIZATION = Own(user_id="W0BELLHOP01", team_id=HOME, enterprise_id=ORGANIZATION)
Body = dict[str, Any]
Change = Callable[[Body], None]


def org_wide(body: Body) -> None:
    """As one installation for all workspaces of an organization is told."""
    text = "<@W0BELLHOP01> fix the flaky login test"
    body["event"] |= {"user": "W0ADA000001", "text": text, "blocks": None}
    body["enterprise_id"] = body["context_enterprise_id"] = ORGANIZATION
    body["authorizations"] = [
        {
            "enterprise_id": ORGANIZATION,
            "team_id": None,
            "user_id": "W0BELLHOP01",
            "is_bot": True,
            "is_enterprise_install": True,
        }
    ]


def shared(**teams: str) -> Change:
    def change(body: Body) -> None:
        body["is_ext_shared_channel"] = True
        body["event"] |= teams

    return change


@pytest.mark.parametrize("name", ["app_mention", "message_mention"])
def test_an_organization_wide_installation_hears_by_its_own_id(name: str) -> None:
    found = read(payload(name, org_wide), OF_ORGANIZATION)
    assert found.actor is not None
    assert (found.actor.id, found.actor.is_bot) == ("W0ADA000001", False)
    assert commands(found) == ["@bellhop fix the flaky login test"]
    assert found.thread.workspace == HOME
    assert not found.is_stranger


def test_a_mention_and_its_twin_are_one_saying_in_an_organization_too() -> None:
    mention, message = (read(payload(each, org_wide)) for each in ("app_mention", "message_mention"))
    assert (mention.semantic_key, mention.thread.key) == (message.semantic_key, message.thread.key)


def test_the_organizations_own_bot_is_itself() -> None:
    for own in (Own(), OF_ORGANIZATION):
        body = payload("message", org_wide, lambda made: made["event"].update(user="W0BELLHOP01"))
        assert ignored(body, own).disposition.value == "ignored:self"


@pytest.mark.parametrize("name", ["app_mention", "message_mention"])
@pytest.mark.parametrize(
    ("teams", "is_stranger"),
    [
        ({"team": HOME, "user_team": HOME, "source_team": HOME}, False),
        ({"team": HOME}, False),
        ({"team": ELSEWHERE, "user_team": ELSEWHERE, "source_team": ELSEWHERE}, True),
        ({"team": ELSEWHERE}, True),
        ({"team": HOME, "user_team": ELSEWHERE}, True),
        ({"team": HOME, "source_team": ELSEWHERE}, True),
        ({"team": ELSEWHERE, "user_team": ANOTHER}, True),
    ],
)
def test_in_a_channel_shared_with_another_company_it_is_the_persons_own_team_that_counts(
    name: str, teams: dict[str, str], is_stranger: bool
) -> None:
    body = payload(name, shared(**teams))
    assert read(body).is_stranger is is_stranger, "before anybody knows who we are"
    assert read(body, OWN).is_stranger is is_stranger
    assert read(body, OWN).thread.workspace == HOME


@pytest.mark.parametrize("name", ["app_mention", "message_mention"])
@pytest.mark.parametrize(
    ("team", "is_stranger"), [(HOME, False), (ORGANIZATION, False), (ANOTHER, True), (ELSEWHERE, True)]
)
def test_of_an_organization_everybody_is_at_home(name: str, team: str, is_stranger: bool) -> None:
    body = payload(name, org_wide, shared(user_team=team))
    assert read(body).is_stranger is is_stranger
    assert read(body, OF_ORGANIZATION).is_stranger is is_stranger


def test_a_channel_of_several_workspaces_of_one_organization_has_no_strangers() -> None:
    body = payload("message", org_wide, lambda made: made["event"].update(user_team=SISTER))
    assert not read(body).is_stranger


def click(*changes: Change) -> IncomingMessage:
    return read(payload("block_actions", *changes), OF_ORGANIZATION)


def test_what_is_said_typed_and_clicked_is_of_one_tenant() -> None:
    def organization(made: Body) -> None:
        made["user"] |= {"id": "W0ADA000001"}
        made["enterprise"] = {"id": ORGANIZATION, "name": "Acme"}
        made["is_enterprise_install"] = True

    def without_team(made: Body) -> None:
        made["team"] = None

    typed = payload(
        "slash_command",
        lambda made: made.update(
            user_id="W0ADA000001", enterprise_id=ORGANIZATION, is_enterprise_install="true"
        ),
    )
    said = [
        read(payload("app_mention", org_wide), OF_ORGANIZATION),
        read(typed, OF_ORGANIZATION),
        click(organization),
        click(organization, without_team),
    ]
    assert {each.thread.workspace for each in said} == {HOME}
    assert {each.actor.id for each in said if each.actor} == {"W0ADA000001"}
    assert not any(each.is_stranger for each in said)


@pytest.mark.parametrize(
    ("user_team", "enterprise", "is_stranger"),
    [
        (HOME, ORGANIZATION, False),
        (SISTER, ORGANIZATION, False),
        (ELSEWHERE, ANOTHER, True),
        (ELSEWHERE, "", True),
    ],
)
def test_who_clicks_is_known_by_their_own_team(user_team: str, enterprise: str, is_stranger: bool) -> None:
    def change(made: Body) -> None:
        made["user"]["team_id"] = user_team
        made["team"] = {"id": user_team, "enterprise_id": enterprise or None}
        made["enterprise"] = {"id": enterprise} if enterprise else None

    found = click(change)
    assert found.is_stranger is is_stranger
    assert found.thread.workspace == HOME, "the message is ours, wherever it was clicked"


@pytest.mark.parametrize(
    ("user", "is_member"),
    [
        ({"team_id": HOME}, True),
        ({"id": "W0ADA000001", "team_id": SISTER, "enterprise_user": {"teams": [SISTER, HOME]}}, True),
        ({"id": "W0ADA000001", "team_id": SISTER, "enterprise_user": {"enterprise_id": ORGANIZATION}}, True),
        ({"team_id": ORGANIZATION}, True),
        ({"team_id": ELSEWHERE}, False),
        ({"team_id": ELSEWHERE, "is_stranger": False}, False),
        ({"team_id": HOME, "is_stranger": True}, False),
        ({"team_id": SISTER, "enterprise_user": {"enterprise_id": ANOTHER, "teams": [ELSEWHERE]}}, False),
        ({"team_id": HOME, "is_restricted": True}, False),
        ({"team_id": HOME, "is_restricted": True, "is_ultra_restricted": True}, False),
        ({"team_id": HOME, "deleted": True}, False),
        ({"team_id": HOME, "is_bot": True}, False),
        ({}, False),
    ],
)
def test_members_are_those_of_our_workspace_or_its_organization(user: Body, is_member: bool) -> None:
    assert people.is_member(user, OF_ORGANIZATION) is is_member


def test_before_we_know_whose_we_are_nobody_is_a_member() -> None:
    assert not people.is_member({"team_id": ""}, Own())
    assert not people.is_member({"team_id": None, "enterprise_user": {"teams": [None]}}, Own())
