"""Deliveries as rows: the columns of the inbox, the headers as JSON, the body as a zstd frame."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard
from sqlalchemy import RowMapping

from adapters.storage.columns import to_key
from models.delivery import Delivery, Disposition, Origin, WebhookRequest

LEVEL = 3  # the level at which a body costs 13 µs and shrinks to a sixth
LARGEST_BODY_BYTES = 64 * 1024 * 1024
# Above this a body is packed and unpacked in a thread: the loop shall not notice it.
LARGE_BYTES = 256 * 1024

COLUMNS = (
    "platform", "integration", "key", "origin", "event", "action", "request_id", "received_at", "receipts", "attempts",
    "claimed_by", "lease_until", "due_at", "finished_at", "disposition", "detail", "actor_id", "thread", "comment_id",
    "url",
)  # fmt: skip

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Packed:
    """A delivery ready to be inserted."""

    row: dict[str, Any]
    headers: bytes
    body: bytes

    @property
    def identity(self) -> tuple[str, str, str]:
        """What a second receipt of it shares."""
        return self.row["platform"], self.row["integration"], self.row["key"]


def pack(delivery: Delivery) -> Packed:
    """Compressed before it waits for its turn, so that the transaction only writes."""
    row = {name: getattr(delivery, name) for name in COLUMNS}
    row |= {name: to_key(row[name]) for name in ("platform", "integration", "key")}
    row["origin"] = delivery.origin.value
    return Packed(
        row, _headers_to_bytes(delivery.request.headers), _compressor().compress(delivery.request.body)
    )


def unpack(row: RowMapping) -> Delivery:
    """The delivery again; with its request when the row holds `headers` and `body`, else with an empty one."""
    request = WebhookRequest()
    if row.get("body") is not None:
        request = WebhookRequest(headers=_headers_from_bytes(row["headers"]), body=_decompress(row["body"]))
    disposition = Disposition(row["disposition"]) if row["disposition"] else None
    plain = {name: row[name] for name in COLUMNS} | {
        "origin": Origin(row["origin"]),
        "disposition": disposition,
    }
    return Delivery(id=row["id"], request=request, **plain)


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
