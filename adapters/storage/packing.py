"""Deliveries as rows: the columns of the inbox, the headers as JSON, the body as a zstd frame."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard
from sqlalchemy import ColumnElement, Integer, RowMapping, Text, literal_column

from adapters.storage.columns import to_key, to_micros, to_text
from models.delivery import Delivery, Disposition, Origin, WebhookRequest

LEVEL = 1  # 3 makes a body 2 % smaller and takes a quarter longer
LARGEST_BODY_BYTES = 64 * 1024 * 1024
# Above this frames are opened in a thread: the loop shall not notice it.
LARGE_BYTES = 256 * 1024

# What a new delivery says for itself, in this order; `NEW` is the same for all of them.
GIVEN = (
    "platform",
    "integration",
    "key",
    "origin",
    "event",
    "action",
    "request_id",
    "received_at",
    "due_at",
)
NEW: Mapping[str, ColumnElement[Any]] = {
    "receipts": literal_column("1", Integer),
    "attempts": literal_column("0", Integer),
    **dict.fromkeys(("detail", "actor_id", "thread", "comment_id", "url"), literal_column("''", Text)),
}

_PLAIN = tuple(name for name in Delivery.model_fields if name != "request")
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Packed:
    """A delivery on its way to the database: the values of `GIVEN` as they will lie there, and its request, raw."""

    values: tuple[str | int, ...]
    headers: bytes
    body: bytes

    @property
    def identity(self) -> tuple[str | int, ...]:
        """What a second receipt of it shares."""
        return self.values[:3]


def pack(delivery: Delivery) -> Packed:
    """All but the compression: the writer's thread does that, before its transaction."""
    values = (
        to_key(delivery.platform),
        to_key(delivery.integration),
        to_key(delivery.key),
        delivery.origin.value,
        to_text(delivery.event),
        to_text(delivery.action),
        to_text(delivery.request_id),
        to_micros(delivery.received_at),
        to_micros(delivery.due_at),
    )
    request = delivery.request
    return Packed(values, _headers_to_bytes(request.headers), request.body)


def compress(body: bytes) -> bytes:
    """The body as a zstd frame. Called from threads."""
    return _compressor().compress(body)


def compress_all(bodies: Sequence[bytes]) -> list[bytes]:
    """Each as a frame, by one call as a rule: the thread lets go of the interpreter once, not for each of them."""
    if not bodies or not all(bodies):  # the library refuses empty ones
        return [compress(body) for body in bodies]
    frames = _compressor().multi_compress_to_buffer(list(bodies))
    return [frames[place].tobytes() for place in range(len(frames))]


def unpacked_bytes(frame: bytes) -> int:
    """How many bytes it unpacks to, as its own header says: `compress` is given the whole body and writes that down."""
    size = zstandard.frame_content_size(frame)
    return size if size >= 0 else LARGEST_BODY_BYTES


def unpack(row: RowMapping, **changed: object) -> Delivery:
    """The delivery again, as it is `changed` since the row was read.

    With its request when the row holds `headers` and `body`, else with an empty one.
    """
    request = WebhookRequest()
    if row.get("body") is not None:
        request = WebhookRequest(headers=_headers_from_bytes(row["headers"]), body=_decompress(row["body"]))
    disposition = Disposition(row["disposition"]) if row["disposition"] else None
    words = {"origin": Origin(row["origin"]), "disposition": disposition, **changed}
    return Delivery(request=request, **{name: row[name] for name in _PLAIN} | words)


def _headers_to_bytes(headers: Mapping[str, str]) -> bytes:
    try:
        return orjson.dumps(dict(headers))
    except TypeError:
        # A header that was not UTF-8 holds surrogates; escaped they come back as they were, and still verify.
        return json.dumps(dict(headers)).encode("ascii")


def _headers_from_bytes(headers: bytes) -> dict[str, str]:
    return dict(json.loads(headers))


def _compressor() -> zstandard.ZstdCompressor:
    # One a thread: a compressor is not safe to share. https://python-zstandard.readthedocs.io/en/stable/concepts.html
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=LEVEL)
        _local.decompressor = zstandard.ZstdDecompressor()
    found: zstandard.ZstdCompressor = _local.compressor
    return found


def _decompress(frame: bytes) -> bytes:
    _compressor()
    decompressor: zstandard.ZstdDecompressor = _local.decompressor
    return decompressor.decompress(frame, max_output_size=LARGEST_BODY_BYTES)
