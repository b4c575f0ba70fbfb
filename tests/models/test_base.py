"""What every noun promises: it stays as it was made, refuses what it does not know, and comes back from JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.base import Moment, Noun, now
from tests.models.nouns import built, classes, sparse

NOUNS = pytest.mark.parametrize("noun", classes(), ids=lambda noun: noun.__qualname__)
UNHURRIED = settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


class Appointment(Noun):
    at: Moment


def test_the_walk_finds_the_nouns() -> None:
    names = {noun.__qualname__ for noun in classes()}
    assert {"Job", "JobEvent", "Message", "WebhookRequest", "OutboxRow", "Card", "AgentTask"} <= names


@NOUNS
@UNHURRIED
@given(data=st.data())
def test_a_noun_comes_back_from_json_as_it_was(noun: type[Noun], data: st.DataObject) -> None:
    value = data.draw(built(noun))
    assert noun.model_validate_json(value.model_dump_json()) == value


@NOUNS
@UNHURRIED
@given(data=st.data())
def test_a_noun_of_nothing_but_what_it_must_have_comes_back_too(
    noun: type[Noun], data: st.DataObject
) -> None:
    value = data.draw(sparse(noun))
    assert noun.model_validate_json(value.model_dump_json()) == value
    assert noun.model_validate(json.loads(value.model_dump_json()), strict=False) == value


@NOUNS
@settings(max_examples=1, deadline=None, database=None)
@given(data=st.data())
def test_a_noun_is_frozen(noun: type[Noun], data: st.DataObject) -> None:
    value = data.draw(sparse(noun))
    for name in noun.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(value, name, getattr(value, name))
        with pytest.raises(ValidationError, match="frozen"):
            delattr(value, name)


@NOUNS
@settings(max_examples=1, deadline=None, database=None)
@given(data=st.data())
def test_a_noun_refuses_a_field_it_does_not_know(noun: type[Noun], data: st.DataObject) -> None:
    plain = data.draw(sparse(noun)).model_dump()
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        noun.model_validate(plain | {"colour": "red"})


def test_a_moment_is_in_utc_whatever_zone_it_was_told_in() -> None:
    east = timezone(timedelta(hours=2))
    told = Appointment(at=datetime(2026, 1, 1, 14, tzinfo=east))
    assert told.at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert told.at.tzinfo is UTC
    assert Appointment.model_validate_json('{"at": "2026-01-01T14:00:00+02:00"}') == told


def test_a_moment_without_a_zone_is_taken_as_utc() -> None:
    naive = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - the case
    assert Appointment(at=naive).at == datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_beyond_the_calendar_is_refused_as_any_wrong_value_is(told: str) -> None:
    with pytest.raises(ValidationError):
        Appointment.model_validate({"at": told})


def test_the_present_moment_is_aware() -> None:
    assert now().tzinfo is UTC
