"""The published vectors verify; everything near them does not."""

import pytest

from adapters.signatures import check_sha256, sign_sha256
from bot.errors import SignatureError

SECRET = b"It's a Secret to Everybody"
PREFIX = "sha256="
# docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
GITHUB = (b"Hello, World!", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
# developer.atlassian.com/cloud/jira/platform/webhooks (secure admin webhooks)
ATLASSIAN = (b"Hello World!", "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9")


@pytest.mark.parametrize(("body", "signature"), [GITHUB, ATLASSIAN])
def test_the_published_vectors_verify(body: bytes, signature: str) -> None:
    check_sha256(SECRET, body, signature, PREFIX)
    assert sign_sha256(SECRET, body, PREFIX) == signature


def test_a_scheme_without_prefix_verifies() -> None:
    check_sha256(SECRET, GITHUB[0], GITHUB[1].removeprefix(PREFIX))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        "sha256",
        GITHUB[1].removeprefix(PREFIX),
        GITHUB[1].upper(),
        GITHUB[1] + "0",
        GITHUB[1][:-1],
        " " + GITHUB[1],
        GITHUB[1] + "\n",
        ATLASSIAN[1],
        "sha1=" + "0" * 40,
        "sha1=" + GITHUB[1].removeprefix(PREFIX),
        "sha256=" + "٠" * 64,
        "sha256=ü" + GITHUB[1].removeprefix(PREFIX),
        "sha256=\udcff\udcfe",
        "sha256=" + "0" * 1_000_000,
    ],
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(SignatureError):
        check_sha256(SECRET, GITHUB[0], given, PREFIX)


@pytest.mark.parametrize("at", range(len(GITHUB[0])))
def test_one_changed_byte_is_refused(at: int) -> None:
    body = bytearray(GITHUB[0])
    body[at] ^= 1
    with pytest.raises(SignatureError):
        check_sha256(SECRET, bytes(body), GITHUB[1], PREFIX)


def test_the_signature_of_another_tenant_is_refused() -> None:
    with pytest.raises(SignatureError):
        check_sha256(SECRET, GITHUB[0], sign_sha256(b"another", GITHUB[0], PREFIX), PREFIX)


def test_an_empty_secret_trusts_nobody() -> None:
    with pytest.raises(SignatureError, match="no secret"):
        check_sha256(b"", GITHUB[0], sign_sha256(b"", GITHUB[0], PREFIX), PREFIX)


def test_a_refusal_tells_nothing_of_the_right_signature() -> None:
    with pytest.raises(SignatureError) as refusal:
        check_sha256(SECRET, GITHUB[0], "sha256=" + "0" * 64, PREFIX)
    assert GITHUB[1][7:20] not in str(refusal.value)
