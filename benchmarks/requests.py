"""Ready-made requests: unique delivery ids, right signatures, one file for the load tool.

Format: each request is its length (32 bits, little-endian) and its bytes. Signatures are made in a pool of processes.
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hmac
import os
import struct
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.payload import bodies

CHUNK = 4000
HEAD = (
    b"POST /webhooks/github HTTP/1.1\r\n"
    b"Host: 127.0.0.1\r\n"
    b"User-Agent: GitHub-Hookshot/bench\r\n"
    b"Accept: */*\r\n"
    b"Content-Type: application/json\r\n"
    b"X-GitHub-Event: issue_comment\r\n"
    b"X-GitHub-Hook-ID: 5551212\r\n"
    b"X-GitHub-Hook-Installation-Target-ID: 718281828\r\n"
    b"X-GitHub-Hook-Installation-Target-Type: repository\r\n"
    b"X-GitHub-Delivery: %b\r\n"
    b"X-Hub-Signature-256: sha256=%b\r\n"
    b"Content-Length: %d\r\n\r\n"
)


@dataclass(frozen=True)
class Batch:
    """Which requests to make: the body they share but for the comment's id, and where their ids begin."""

    template: bytes
    secret: bytes
    first: int
    count: int


def sign(secret: bytes, body: bytes) -> bytes:
    """The hexadecimal HMAC-SHA256 that GitHub puts behind `sha256=`."""
    return hmac.digest(secret, body, "sha256").hex().encode()


def make_request(secret: bytes, body: bytes, delivery_id: str) -> bytes:
    """One whole HTTP request as GitHub sends it, plain."""
    return HEAD % (delivery_id.encode(), sign(secret, body), len(body)) + body


def pack(batch: Batch) -> bytes:
    """All requests of a batch, each behind its length.

    GitHub's delivery ids are UUIDs led by a clock (version 1), as in the example of
    https://docs.github.com/en/webhooks/webhook-events-and-payloads#example-webhook-delivery
    """
    made = []
    for body in bodies(batch.template, batch.first, batch.count):
        request = make_request(batch.secret, body, str(uuid.uuid1()))
        made.append(struct.pack("<I", len(request)) + request)
    return b"".join(made)


def split(batch: Batch) -> Iterator[Batch]:
    """Cut a batch into chunks that a process packs at once."""
    for first in range(batch.first, batch.first + batch.count, CHUNK):
        count = min(CHUNK, batch.first + batch.count - first)
        yield Batch(batch.template, batch.secret, first, count)


def write_requests(path: Path, batch: Batch) -> None:
    """Write the request file of a batch. Raises OSError when the disk is full."""
    with ProcessPoolExecutor(os.cpu_count()) as pool, path.open("wb") as file:
        for packed in pool.map(pack, split(batch)):
            file.write(packed)
