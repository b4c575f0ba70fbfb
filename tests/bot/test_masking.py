"""No secret leaves: not by value, not by shape, not under its key."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.masking import MASK, mask, mask_mapping
from tests.bot.test_grammar_bombs import BOMBS

VALUE = 's3cr3t/pa ss+wörd&%"x'
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    "spelled",
    [
        VALUE,
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        quote(VALUE),
        quote(VALUE, safe=""),
        quote_plus(VALUE),
        quote(VALUE, safe="").lower(),
        VALUE.encode().hex(),
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode().rstrip("="),
        VALUE.replace("c", "c\u200b"),
    ],
)
def test_a_known_value_is_masked_however_it_is_spelled(spelled: str) -> None:
    masked = mask(f"before {spelled} after", [VALUE])
    assert spelled[3:-6] not in masked
    assert masked.startswith(f"before {MASK}")
    assert masked.endswith("after")


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "x-access-token"])
def test_a_known_value_is_masked_within_a_longer_base64(user: str) -> None:
    value = "hunter22hunter22"
    encoded = base64.b64encode(f"{user}:{value}:more".encode()).decode()
    masked = mask(f"header {encoded}", [value])
    assert MASK in masked
    assert value.encode()[2:-2] not in base64.b64decode(masked.split()[1].split(MASK)[0] + "===")


def test_the_lines_of_a_known_key_are_masked_one_by_one() -> None:
    key = "first-line-of-a-long-key-0123\nsecond-line-of-a-long-key-01"
    assert mask("log: second-line-of-a-long-key-01", [key]) == f"log: {MASK}"


def test_a_value_too_short_to_be_secret_takes_no_text_apart() -> None:
    assert mask("a banana", ["a", "", "na"]) == "a banana"


SHAPES = [
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghu_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghr_16C7e42F292c6912E7710c838347Ae178B4a",
    f"ghs_123456_{JWT}",
    "github_pat_11ABCDEFG0abcdefghij_klmnopqrstuvwxyz0123456789",
    "v1.0123456789abcdef0123456789abcdef01234567",
    "glpat-ABCDEFGHIJ1234567890",
    "glpat-ABCDEFGHIJ1234567890.01.0a1b2c3d4",
    "gldt-ABCDEFGHIJ1234567890",
    "xox" + "b-123456789012-abcdefABCDEF",
    "xox" + "e.xoxp-1-Mi0yLTEyMzQ1Njc4",
    "xapp-1-A0123-456-abcdef",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-abcdefghijklmnop1234",
    "sk-ant-api03-abcdefghijklmnop_1234-AA",
    "sk-proj-abcdefghijklmnop_1234",
    "sk_live_abcdefghij1234567890",
    "AIzaSyA-1234567890abcdefghijklmnopqrstuv",
    "ya29.a0AfH6SMBabcdefghijk",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "lin_api_abcdefghijklmnopqrstuvwxyz012345",
    "ATATT3xFfGF0abcdefghijklmnop=1234",
    JWT,
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\ncut off",
]


@pytest.mark.parametrize("secret", SHAPES)
def test_what_looks_like_a_secret_is_masked(secret: str) -> None:
    assert mask(f"it is {secret}") == f"it is {MASK}"
    for around in ("'{}'", "`{}`", "x={} y", "({})"):
        if "cut off" not in secret:
            assert secret not in mask(around.format(secret))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
        ("authorization: token abcdef", "authorization: token ***"),
        ('"Authorization": "Basic YTpi"', '"Authorization": "Basic ***"'),
        ("curl -H 'Authorization: Bearer abc.def'", "curl -H 'Authorization: Bearer ***'"),
        ("Bearer 0123456789abcdef", "Bearer ***"),
        ("https://ada:pw@example.org/x", "https://***@example.org/x"),
        ("https://x-access-token:a@b@example.org/x", "https://***@example.org/x"),
        ("https://0123456789abcdef@example.org/x", "https://***@example.org/x"),
        ("postgresql://u:p@db/x redis://:pw@r", "postgresql://***@db/x redis://***@r"),
        ("https://example.org/?a=1&token=abc&b=2", "https://example.org/?a=1&token=***&b=2"),
        ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/***"),
        ("//registry.example.org/:_authToken=abcdef", "//registry.example.org/:_authToken=***"),
        ("GITHUB_TOKEN=abcdef HOME=/x", "GITHUB_TOKEN=*** HOME=/x"),
        ("AWS_SECRET_ACCESS_KEY='abc/def'", "AWS_SECRET_ACCESS_KEY='***'"),
    ],
)
def test_the_secret_part_is_masked_and_the_rest_stays(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is used; a bearer token is sent",
        "the token = get_token() of https://example.org:8080/a@b",
        "git@github.com:acme/shop.git and ssh://git@github.com/acme/shop",
        "TOKEN=$OTHER PASSWORD=<yours>",
        "sk-learn and task-force, ghost_writer, eyJ",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "J-7K3Q on acme/shop#42",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_a_mapping_is_masked_by_key_and_by_value_however_deep() -> None:
    masked = mask_mapping(
        {
            "Authorization": "Bearer a",
            "x-hub-signature-256": "sha256=a",
            "token": "a",
            "webhook_secret": b"a",
            "PASSWORD": 1234,
            "api_key": ["a"],
            "Set-Cookie": "a",
            "private_key": {"a": 1},
            "input_tokens": 12,
            "has_token": True,
            "note": "it is hunter22",
            "raw": b"hunter22",
            "deep": [{"client_secret": "a", "ok": 1}, ("hunter22",)],
            "nothing": None,
        },
        ["hunter22"],
    )
    assert masked == {
        **dict.fromkeys(
            ["Authorization", "x-hub-signature-256", "token", "webhook_secret", "PASSWORD"], MASK
        ),
        **dict.fromkeys(["api_key", "Set-Cookie", "private_key", "raw"], MASK),
        "input_tokens": 12,
        "has_token": True,
        "note": f"it is {MASK}",
        "deep": [{"client_secret": MASK, "ok": 1}, [MASK]],
        "nothing": None,
    }


def test_a_mapping_that_holds_itself_ends() -> None:
    loop: dict[str, object] = {"a": "b"}
    loop["loop"] = loop
    assert mask_mapping(loop)["a"] == "b"


@pytest.mark.parametrize(
    "bomb", [*BOMBS.values(), "://" * 20_000, "a:" * 30_000, "A_" * 30_000, "eyJ" * 20_000, "sk-" * 20_000]
)
def test_a_bomb_is_masked_too(bomb: str) -> None:
    assert "hunter22" not in mask(bomb[:200_000] + "hunter22", ["hunter22"])


@given(
    st.lists(st.text(alphabet='abc/+& é"', min_size=4, max_size=12), max_size=4),
    st.text(alphabet='abc/+& é"', max_size=80),
)
@settings(max_examples=500, deadline=None)
def test_no_known_value_is_left(values: list[str], text: str) -> None:
    assume(all(value.strip() for value in values))
    masked = mask(f"{text}{''.join(values)}{text}", values)
    assert not [value for value in values if value in masked]
