"""Bodies as frames, one by one and many at once."""

from __future__ import annotations

import pytest
import zstandard

from adapters.storage.packing import compress_all, unpacked_bytes


@pytest.mark.parametrize(
    "bodies", [[], [b""], [b"{}"], [b"{}", b"", b"x" * 300_000], [b"a" * n for n in range(70)]]
)
def test_many_bodies_are_packed_as_each_would_be(bodies: list[bytes]) -> None:
    frames = compress_all(bodies)
    assert [zstandard.ZstdDecompressor().decompress(frame) for frame in frames] == bodies
    assert [unpacked_bytes(frame) for frame in frames] == [len(body) for body in bodies]
