"""Lines out of chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.processes.lines import Splitter


def cut(chunks: list[bytes], longest: int) -> list[bytes]:
    splitter = Splitter(longest)
    return [*(line for chunk in chunks for line in splitter.feed(chunk)), *splitter.rest()]


@given(st.lists(st.binary(max_size=40)), st.integers(1, 1000))
def test_how_it_arrives_makes_no_difference(chunks: list[bytes], longest: int) -> None:
    whole = b"".join(chunks)
    assert (
        cut(chunks, 10_000) == whole.removesuffix(b"\n").split(b"\n") if whole else cut(chunks, 10_000) == []
    )
    pieces = cut(chunks, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert b"".join(pieces) == whole.replace(b"\n", b"")


def test_a_line_just_as_long_as_allowed_stays_whole() -> None:
    assert cut([b"x" * 7, b"y" * 3, b"\nz"], 10) == [b"x" * 7 + b"y" * 3, b"z"]


def test_a_longer_line_comes_in_pieces_before_it_ends() -> None:
    splitter = Splitter(10)
    assert splitter.feed(b"a" * 25) == [b"a" * 10, b"a" * 10]
    assert splitter.feed(b"\n") == [b"a" * 5]
