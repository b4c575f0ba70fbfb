"""Values lie in the database so that they come back as they were, and nothing lies there that PostgreSQL refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from adapters.storage.columns import LONGEST_KEY, clean, from_micros, to_json, to_key, to_micros, to_text
from models.job import JobEvent

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS)
def test_moments_keep_their_microseconds(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


def test_moments_of_any_zone_are_the_same_moment() -> None:
    east = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    assert from_micros(to_micros(east)) == east
    assert to_micros(datetime(2026, 1, 1)) == to_micros(datetime(2026, 1, 1, tzinfo=UTC))  # noqa: DTZ001


@given(st.text(st.characters(codec=None)))
def test_text_is_always_storable(text: str) -> None:
    for stored in (clean(text), to_text(text), to_key(text)):
        assert "\0" not in stored
        stored.encode()
    if text.isascii() and "\0" not in text:
        assert to_text(text) == text


@given(st.text(min_size=LONGEST_KEY + 1))
def test_long_keys_fit_an_index_and_stay_different(text: str) -> None:
    assert len(to_key(text)) <= LONGEST_KEY
    assert to_key(text) != to_key(text + "x")


def test_json_of_a_noun_survives_what_json_cannot_carry() -> None:
    event = JobEvent(type="log", data="a\0", facts={"k": ["\ud800", 1, None, {"\udfff": True}]})
    back = JobEvent.model_validate_json(to_json(event))
    assert back.facts == {"k": ["\ufffd", 1, None, {"\ufffd": True}]}
    plain = JobEvent(type="log", data="a\0")
    assert JobEvent.model_validate_json(to_json(plain)) == plain
