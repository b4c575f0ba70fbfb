"""A token goes nowhere in clear text but to private hosts."""

from __future__ import annotations

import pytest

from adapters.clear_text import is_safe


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example", "http://127.0.0.1:8080/api", "http://[::1]:80", "http://localhost", "http://10.1.2.3",
        "http://192.168.0.9", "http://[fd00::1]/", "http://playground:80", "http://git.corp.internal",
    ],
)  # fmt: skip
def test_what_is_encrypted_or_private_is_safe(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://git.example", "http://8.8.8.8", "http://[2001:4860:4860::8888]", "http://10.1.2.3.evil.example",
        "http://internal.evil.example", "http://localhost.evil.example",
    ],
)  # fmt: skip
def test_what_is_neither_is_not(url: str) -> None:
    assert not is_safe(url)
