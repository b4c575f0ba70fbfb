from aiohttp.test_utils import TestClient, TestServer

from benchmarks.requests import sign
from benchmarks.yardstick import make_app


async def test_the_yardstick_really_verifies_and_parses() -> None:
    async with TestClient(TestServer(make_app(b"s3cret"))) as client:
        for body, signature, status in [
            (b"{}", sign(b"s3cret", b"{}"), 202),
            (b"{}", sign(b"other", b"{}"), 401),
            (b"{", sign(b"s3cret", b"{"), 500),
        ]:
            headers = {"X-Hub-Signature-256": f"sha256={signature.decode()}"}
            response = await client.post("/webhooks/github", data=body, headers=headers)
            assert response.status == status
