"""The database's clock is never behind what this host just read, or what is due now would wait."""

from __future__ import annotations

from sqlalchemy import create_engine, select

from adapters.storage.clock import after, clock
from adapters.storage.columns import MICROSECONDS, to_micros
from models.base import now


def test_sqlites_clock_is_not_behind() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        for _ in range(300):
            before = to_micros(now())
            told = connection.execute(select(clock())).scalar_one()
            assert before <= told < to_micros(now()) + 2000
    engine.dispose()


def test_later_is_later_by_as_much() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        early, late = connection.execute(select(clock(), after(1.5))).one()
        assert late - early == 1.5 * MICROSECONDS
    engine.dispose()
