"""Secrets in texts and mappings, masked: by known value in any spelling, by shape, by the key they stand under."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

from bot.invisible import visible

MASK = "***"
SHORTEST_SECRET = 4  # a shorter "secret" would take the text apart and hide nothing
LONGEST_LINE_OF_A_KEY = 20
DEEPEST = 30

_B = r"(?<![A-Za-z0-9])"
_ANY = re.IGNORECASE
_KEY = r"PRIVATE KEY(?: BLOCK)?-----"
_ENV = r"[A-Z0-9_]{0,60}(?:SECRET|TOKEN|PASSWORD|PASSWD|API_KEY|ACCESS_KEY|PRIVATE_KEY)[A-Z0-9_]{0,60}"
_SCHEME = r"(?:(?:bearer|basic|token|digest|apikey)\s{1,8})?"
# What is matched is masked; of a shape with a group named `keep`, that part stays.
_SHAPES = tuple(
    re.compile(shape, flags)
    for shape, flags in (
        (rf"-----BEGIN [A-Z0-9 ]{{0,40}}{_KEY}.*?(?:-----END [A-Z0-9 ]{{0,40}}{_KEY}|\Z)", re.DOTALL),
        # GitHub, docs.github.com/authentication: classic, OAuth, user, server (`ghs_APPID_JWT`, with dots), refresh
        (_B + r"gh[pousr]_[A-Za-z0-9_.\-]{10,}", 0),
        (_B + r"github_pat_[A-Za-z0-9_]{10,}", 0),
        (_B + r"v1\.[0-9a-f]{40}(?![0-9a-f])", 0),
        # GitLab, docs.gitlab.com/security/tokens
        (_B + r"gl(?:pat|dt|rt|rtr|oas|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[A-Za-z0-9_.\-]{10,}", 0),
        # Slack, docs.slack.dev/authentication/tokens
        (_B + r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9\-]{8,}", 0),
        (_B + r"xapp-[A-Za-z0-9\-]{8,}", 0),
        (r"(?P<keep>https://hooks\.slack(?:-gov)?\.com/[a-z]+/)[\w/\-]+", 0),
        (_B + r"whsec_[A-Za-z0-9+/=_\-]{10,}", 0),
        (_B + r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])", 0),
        (_B + r"sk-[A-Za-z0-9_\-]{16,}", 0),
        (_B + r"[srp]k_(?:live|test)_[A-Za-z0-9]{10,}", 0),
        (_B + r"AIza[0-9A-Za-z_\-]{30,}", 0),
        (_B + r"(?:ya29\.|GOCSPX-)[0-9A-Za-z_\-]{16,}", 0),
        (_B + r"(?:lin_api|lin_oauth|npm|hf|dop_v1|shpat)_[A-Za-z0-9]{16,}", 0),
        (_B + r"(?:ATATT3|ATCTT3|ATBB|pypi-)[A-Za-z0-9_=\-]{16,}", 0),
        (_B + r"SG\.[\w\-]{16,}\.[\w\-]{16,}", 0),
        # Its first part is short, and read no further than that: a text may begin one at each of its words.
        (_B + r"eyJ[A-Za-z0-9_\-]{5,600}\.[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]{5,}", 0),
        (rf"(?P<keep>authorization['\"]?\s{{0,8}}[:=]\s{{0,8}}['\"]?{_SCHEME})[^\s'\"]{{4,}}", _ANY),
        (r"(?P<keep>\b(?:bearer|basic)\s{1,8})(?=[A-Za-z]*[0-9+/=._\-])[A-Za-z0-9+/=._~\-]{12,}", _ANY),
        (r"(?<=://)[^\s/?#@:'\"<>]*:[^\s/?#'\"<>]+(?=@)", 0),
        (r"(?<=https://)[^\s/?#@:'\"<>`]{8,}(?=@)", 0),
        (
            r"(?P<keep>[?&](?:\w{0,20}token|api_?key|key|\w{0,20}secret|sig|signature|password)=)[^&\s#'\"<>]+",
            _ANY,
        ),
        (r"(?P<keep>_(?:authToken|auth|password)\s{0,4}=\s{0,4})[^\s$]+", 0),
        # What `env` prints. A reference to another variable tells nothing.
        (rf"(?P<keep>\b(?=[A-Z]){_ENV}=['\"]?)[^\s'\"$<*(]{{4,}}", 0),
    )
)
_SECRET_KEY = re.compile(
    r"token|secret|passw|passphrase|authorization|api[-_]?key|apikey|cookie|private[-_]?key|signature|credential|csrf"
    r"|session[-_]?id|access[-_]?key|signing[-_]?key",
    re.IGNORECASE,
)
_COUNT = re.compile(r"tokens$|tokens?_(?:count|used|limit|total)$", re.IGNORECASE)


def mask(text: str, known_values: Iterable[str] = ()) -> str:
    """`text` without the values of `known_values`, however encoded, and without what looks like a secret.

    Characters nobody sees hide nothing: where a secret shows once they are gone, they go too.
    """
    known = _known(tuple(sorted({value for value in known_values if len(value) >= SHORTEST_SECRET})))
    plain = visible(text)
    if plain != text and (masked := _mask(plain, known)) != plain:
        return masked
    return _mask(text, known)


def _mask(text: str, known: re.Pattern[str] | None) -> str:
    if known is not None:
        # Twice: what is left and right of a masked value may be another one.
        text = known.sub(MASK, known.sub(MASK, text))
    for shape in _SHAPES:
        text = shape.sub(_masked, text)
    return text


def mask_mapping(mapping: Mapping[str, Any], known_values: Iterable[str] = ()) -> dict[str, Any]:
    """A copy of `mapping`, masked by key and by value, however deep."""
    known = tuple(known_values)
    return {str(key): _mask_entry(str(key), value, known, 0) for key, value in mapping.items()}


def _masked(found: re.Match[str]) -> str:
    return (found.groupdict().get("keep") or "") + MASK


def _mask_entry(key: str, value: Any, known: Sequence[str], depth: int) -> Any:
    if (
        _SECRET_KEY.search(key)
        and not _COUNT.search(key)
        and value is not None
        and not isinstance(value, bool)
    ):
        return MASK
    return _mask_value(value, known, depth + 1)


def _mask_value(value: Any, known: Sequence[str], depth: int) -> Any:
    if depth > DEEPEST:
        return MASK
    if isinstance(value, str):
        return mask(value, known)
    if isinstance(value, bytes | bytearray):
        return mask(bytes(value).decode(errors="replace"), known)
    if isinstance(value, Mapping):
        return {str(key): _mask_entry(str(key), inner, known, depth) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask_value(inner, known, depth + 1) for inner in value]
    return value


@lru_cache(maxsize=32)
def _known(values: tuple[str, ...]) -> re.Pattern[str] | None:
    spellings = {spelling for value in values for spelling in _spellings(value)}
    longest_first = sorted((s for s in spellings if len(s) >= SHORTEST_SECRET), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _spellings(value: str) -> Iterator[str]:
    yield value
    yield from (value.strip(), json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    yield from (line for line in value.splitlines() if len(line) >= LONGEST_LINE_OF_A_KEY)
    raw = value.encode(errors="surrogatepass")
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield from (encoded, re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), encoded))
    yield raw.hex()
    yield from _base64_spellings(raw)


def _base64_spellings(raw: bytes) -> Iterator[str]:
    """Within a longer text its letters depend on where it begins, modulo 3: "Basic" encodes `user:value`."""
    for shift in range(3):
        letters = base64.b64encode(b"\0" * shift + raw).decode()
        whole = letters[(0, 2, 3)[shift] : (shift + len(raw)) * 8 // 6]
        if len(whole) >= 2 * SHORTEST_SECRET:
            yield from (whole, whole.translate(str.maketrans("+/", "-_")))
