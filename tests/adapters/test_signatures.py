"""The published vectors verify; everything near them does not."""

import pytest

from adapters.signatures import check_moment, check_sha256, check_v0, sign_sha256, sign_v0
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


# docs.slack.dev/authentication/verifying-requests-from-slack
SLACK_SECRET = b"8f742231b10e8888abcd99yyyzzz85a5"
SLACK_MOMENT = "1531420618"
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
    b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
    b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_the_published_vector_with_a_moment_verifies() -> None:
    check_v0(SLACK_SECRET, SLACK_BODY, SLACK_SIGNATURE, SLACK_MOMENT)
    assert sign_v0(SLACK_SECRET, SLACK_BODY, SLACK_MOMENT) == SLACK_SIGNATURE


@pytest.mark.parametrize(
    ("secret", "body", "given", "moment"),
    [
        (b"", SLACK_BODY, SLACK_SIGNATURE, SLACK_MOMENT),
        (b"another tenant's", SLACK_BODY, SLACK_SIGNATURE, SLACK_MOMENT),
        (SLACK_SECRET, SLACK_BODY + b" ", SLACK_SIGNATURE, SLACK_MOMENT),
        (SLACK_SECRET, SLACK_BODY, SLACK_SIGNATURE, "1531420619"),
        (SLACK_SECRET, SLACK_BODY, SLACK_SIGNATURE, ""),
        (SLACK_SECRET, SLACK_BODY, SLACK_SIGNATURE, "\ud800"),
        (SLACK_SECRET, SLACK_BODY, "", SLACK_MOMENT),
        (SLACK_SECRET, SLACK_BODY, SLACK_SIGNATURE.removeprefix("v0="), SLACK_MOMENT),
        (SLACK_SECRET, SLACK_BODY, SLACK_SIGNATURE.replace("v0", "v1"), SLACK_MOMENT),
        (SLACK_SECRET, SLACK_BODY, "v0=é", SLACK_MOMENT),
    ],
)
def test_nothing_near_the_vector_with_a_moment_verifies(
    secret: bytes, body: bytes, given: str, moment: str
) -> None:
    with pytest.raises(SignatureError):
        check_v0(secret, body, given, moment)


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "now",
        "-1",
        "1e9",
        "１５３１４２０６１８",
        "²",
        "nan",
        "1" * 13,
        " 1000",
        "1000\n",
        "1000.5",
        "699",
        "1301",
    ],
)
def test_a_moment_that_is_none_or_not_near_is_refused(moment: str) -> None:
    with pytest.raises(SignatureError):
        check_moment(moment, 1000.0, 300.0)


@pytest.mark.parametrize("moment", ["700", "1000", "1300"])
def test_a_moment_near_now_is_taken_before_and_after(moment: str) -> None:
    check_moment(moment, 1000.0, 300.0)
