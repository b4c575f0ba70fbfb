"""Every noun there is, and strategies that build any of them: hostile texts, bytes that are no UTF-8, empties."""

from __future__ import annotations

import enum
import importlib
import inspect
import pkgutil
import types
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from pydantic import SecretStr

import models
from models.base import Noun

TEXTS = st.one_of(
    st.just(""), st.sampled_from(["\0", "\u202e", "🔔", "a\r\nb", '"\\', " "]), st.text(max_size=20)
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11))])
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=ZONES)  # noqa: DTZ001 - `timezones` adds one
BYTES = st.one_of(st.sampled_from([b"", b"\xff\xfe\0", b"\xc3\x28", b"\xed\xa0\x80"]), st.binary(max_size=20))
NUMBERS = st.integers(-(2**53), 2**53)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bytes: BYTES,
    bool: st.booleans(),
    int: NUMBERS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: MOMENTS,
    Path: st.sampled_from([Path(), Path("a/b"), Path("/tmp/with blank")]),
    SecretStr: st.just(SecretStr("")),  # what is excluded from a dump comes back empty
    Any: JSON,
    type(None): st.none(),
}


def classes() -> list[type[Noun]]:
    """Every class of `models` that is a noun, by name."""
    found = set()
    for module in pkgutil.iter_modules(models.__path__, "models."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Noun) and value is not Noun:
                found.add(value)
    return sorted(found, key=lambda noun: noun.__qualname__)


def built(noun: type[Noun]) -> st.SearchStrategy[Noun]:
    """Instances of `noun` with every field given."""
    hints = get_type_hints(noun, include_extras=True)
    return st.builds(noun, **{name: valued(hints[name]) for name in noun.model_fields})


def sparse(noun: type[Noun]) -> st.SearchStrategy[Noun]:
    """Instances of `noun` with nothing given but what must be."""
    hints = get_type_hints(noun, include_extras=True)
    required = {name for name, field in noun.model_fields.items() if field.is_required()}
    return st.builds(noun, **{name: valued(hints[name]) for name in required})


def valued(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is not None:
        return _generic(origin, arguments)
    if issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    if issubclass(hint, Noun):
        return st.deferred(lambda: sparse(hint))
    raise TypeError(f"building a value of {hint}: nobody said how")


def _generic(origin: Any, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is Annotated:
        return valued(arguments[0])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, types.UnionType}:
        return st.one_of([valued(argument) for argument in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(valued(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*[valued(argument) for argument in arguments])
    if origin in {dict, Mapping}:
        return st.dictionaries(valued(arguments[0]), valued(arguments[1]), max_size=2)
    raise TypeError(f"building a value of {origin}{arguments}: nobody said how")
