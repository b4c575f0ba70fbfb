"""Where code stands: exactly there, and nowhere in doubt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import code


def found(text: str) -> list[str]:
    return [piece for piece, is_code in code.split(text) if is_code and piece]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c ``d ` e``", ["`b`", "``d ` e``"]),
        ("```py\na\n```\nb", ["```py\na\n```\n"]),
        ("a\n\n    b\n\nc", ["    b\n"]),
        ("- `a`\n- b `c`\n  `d`", ["`a`", "`c`", "`d`"]),
        ("> a `b`\n> `c`", ["`b`", "`c`"]),
        ("1. a\n   ```\n   b\n   ```\n", ["   ```\n   b\n   ```\n"]),
        ("# a `b` #", ["`b`"]),
        ("a \u00a0 `b`", ["`b`"]),
        ("\\`a`", []),
        ("`a\n\nb`", []),
        ("`a\nb`", []),  # over two lines, it is not told where exactly: in doubt it is not code
        ("<https://x`y> `z`", ["`y> `"]),
        ("<!-- ` --> `a`", ["` --> `"]),
        ("", []),
    ],
)
def test_code_is_found_where_it_stands(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("```\na", "\n```"),
        ("~~~~\na\n", "~~~~"),
        ("```", "\n```"),
        ("```\na\n```", ""),
        ("```\na\n``` x", "\n```"),
        ("- ```\n  a", ""),
    ],
)
def test_a_fence_left_open_is_closed(text: str, closing: str) -> None:
    assert "".join(piece for piece, _ in code.split(text)) == text + closing


@given(st.text(alphabet="ab `~\n\t>-1.#|\\*[]()<", max_size=120))
@settings(max_examples=1000, deadline=None)
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(piece for piece, _ in code.split(text)).startswith(text)
