"""Column types: how nouns' values lie in the database, the same on SQLite and PostgreSQL.

Moments are whole microseconds since 1970 UTC; nested nouns are JSON texts; text never holds what PostgreSQL refuses.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError
from pydantic_core import to_json as dump_json
from sqlalchemy import TEXT, BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

# PostgreSQL stores no NUL in text, and no UTF-8 holds half a surrogate pair.
# https://www.postgresql.org/docs/current/datatype-character.html
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"
MICROSECONDS = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_KEY = 512

AnyModel = TypeVar("AnyModel", bound=BaseModel)


def clean(text: str) -> str:
    """`text` with each NUL and lone surrogate replaced by U+FFFD."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def to_text(text: str) -> str:
    """`clean`, cheap for the text that needs none."""
    return text if text.isascii() and "\0" not in text else clean(text)


def to_key(text: str) -> str:
    """`text` as it is looked up: clean, and never longer than `LONGEST_KEY`."""
    if len(text) > LONGEST_KEY:
        digest = hashlib.sha256(clean(text).encode()).hexdigest()
        return f"{clean(text[: LONGEST_KEY - 65])}~{digest}"
    return to_text(text)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970. A naive moment is taken as UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    since = aware - EPOCH
    return (since.days * 86400 + since.seconds) * MICROSECONDS + since.microseconds


def from_micros(micros: int) -> datetime:
    """The aware moment in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def _clean_tree(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(name)): _clean_tree(part) for name, part in value.items()}
    return [_clean_tree(part) for part in value] if isinstance(value, list | tuple) else value


def _tree_to_json(value: Any) -> str:
    return dump_json(_clean_tree(value), serialize_unknown=True).decode()


def to_json(model: BaseModel) -> str:
    """`model` as JSON. NUL survives as an escape; lone surrogates, which JSON cannot carry, are replaced."""
    try:
        return model.model_dump_json()
    except PydanticSerializationError:
        return _tree_to_json(model.model_dump())


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)


class String(TypeDecorator[str]):
    """Text from outside, cleaned of what PostgreSQL refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else to_text(value)


class Key(String):
    """Text that is looked up, compared byte by byte on both databases, so that ranges and orders mean the same.

    A value too long for PostgreSQL's index pages (2704 bytes) is told from others by its digest.
    """

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        return TEXT(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else to_key(value)


class Document(TypeDecorator[AnyModel]):
    """A nested noun, stored as JSON text (never `jsonb`: what was said comes back as it was said)."""

    impl = Text
    cache_ok = True

    def __init__(self, model: type[AnyModel]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: AnyModel | None, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> AnyModel | None:
        return None if value is None else self.model.model_validate_json(value)


class Facts(TypeDecorator[dict[str, Any]]):
    """A JSON object of anything."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else _tree_to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else dict(json.loads(value))


class Words(TypeDecorator[tuple[str, ...]]):
    """A few texts in their order, stored as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else _tree_to_json(list(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


# SQLite numbers only rows of an INTEGER key by itself.
Serial = BigInteger().with_variant(Integer, "sqlite")
