"""What every noun shares: it is frozen, it refuses unknown fields, it knows UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    # A naive moment is taken as UTC: SQLite hands back what it was given, without a zone.
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # the year 0 or 10000 there: a wrong value like any other
        raise ValueError("a moment beyond the calendar") from error


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class Noun(BaseModel):
    """A frozen value. `model_validate_json(noun.model_dump_json()) == noun` for every one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")
