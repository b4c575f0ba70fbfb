import re
import struct
from pathlib import Path

from adapters.platforms.github.webhook import verify
from benchmarks.requests import Batch, split, write_requests
from models.delivery import WebhookRequest


def read_back(path: Path) -> list[bytes]:
    packed, found = path.read_bytes(), []
    while packed:
        (length,) = struct.unpack_from("<I", packed)
        found.append(packed[4 : 4 + length])
        packed = packed[4 + length :]
    return found


def to_request(raw: bytes) -> WebhookRequest:
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return WebhookRequest(headers={name.lower(): value for name, value in fields}, body=body)


def test_the_app_believes_every_request(tmp_path: Path) -> None:
    write_requests(tmp_path / "r", Batch(b'{"id": 1000000000}', b"s3cret", 1, 10))
    found = [to_request(raw) for raw in read_back(tmp_path / "r")]
    for request in found:
        verify(b"s3cret", request)
        assert request.header("content-length") == str(len(request.body))
    assert len({request.body for request in found}) == 10


def test_no_delivery_id_is_sent_twice(tmp_path: Path) -> None:
    write_requests(tmp_path / "r", Batch(b"{}", b"s3cret", 1, 9000))
    ids = re.findall(rb"X-GitHub-Delivery: (\S+)", (tmp_path / "r").read_bytes())
    assert len(set(ids)) == 9000


def test_a_batch_is_cut_without_a_gap_or_an_overlap() -> None:
    parts = list(split(Batch(b"", b"", 3, 9001)))
    numbers = [number for part in parts for number in range(part.first, part.first + part.count)]
    assert numbers == list(range(3, 9004))
