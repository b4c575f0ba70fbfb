"""What looks like a secret in the bytes of a file, by the forms that its issuers document.

Bytes, not lines: what ends a line, or makes a file a binary one, is a matter of taste, and hides nothing here.
"""

from __future__ import annotations

import re

_B = rb"(?<![A-Za-z0-9])"
#: A key's first lines belong to the match: another key behind the same words is another secret.
_KEY = rb"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|\\[nr]){0,9}[A-Za-z0-9+/=]{30,100}){0,4}"
SHAPES = {
    # docs.github.com/authentication: classic, OAuth, user, server (`ghs_APPID_JWT`, with dots), refresh
    "GitHub token": re.compile(_B + rb"(?:gh[pousr]_[A-Za-z0-9_.\-]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    # docs.gitlab.com/security/tokens
    "GitLab token": re.compile(
        _B + rb"gl(?:pat|dt|rt|rtr|oas|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[A-Za-z0-9_.\-]{20,}"
    ),
    # docs.slack.dev/authentication/tokens
    "Slack token": re.compile(_B + rb"(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9\-]{16,}"),
    "Linear key": re.compile(_B + rb"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    "Atlassian token": re.compile(_B + rb"AT[AC]TT3[A-Za-z0-9_=\-]{40,}"),
    "AWS key": re.compile(_B + rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    "model key": re.compile(_B + rb"sk-(?:(?:ant|proj|svcacct|admin)-[A-Za-z0-9_\-]{24,}|[A-Za-z0-9]{48})"),
    "Google key": re.compile(_B + rb"AIza[A-Za-z0-9_\-]{35}"),
    "registry token": re.compile(_B + rb"(?:npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_\-]{50,})"),
    "payment key": re.compile(_B + rb"[sr]k_live_[A-Za-z0-9]{20,}"),
    "private key": re.compile(_KEY),
}


def added(content: bytes, before: bytes = b"") -> list[str]:
    """The names of the shapes that `content` has and `before` had not: a secret that stays or moves is not added."""
    return sorted({name for name, _ in _found(content) - _found(before)})


def _found(content: bytes) -> set[tuple[str, bytes]]:
    return {
        (name, match[0])
        for reading in _readings(content)
        for name, shape in SHAPES.items()
        for match in shape.finditer(reading)
    }


def _readings(content: bytes) -> tuple[bytes, ...]:
    """As it is, and without its zeros: UTF-16 has one beside each letter."""
    return (content, content.replace(b"\0", b"")) if b"\0" in content else (content,)
