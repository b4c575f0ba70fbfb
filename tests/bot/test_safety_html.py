"""Nothing that leaves under our name loads, hides or runs anything: no images, no HTML, no script links."""

import re

import pytest
from markdown_it import MarkdownIt

from bot import safety

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.parametrize(
    "text",
    [
        "![a](https://t.example/p.png)",
        "![](https://t.example/p.png)",
        "![a][r]\n\n[r]: https://t.example/p.png",
        "![r]\n\n[r]: https://t.example/p.png",
        "!!!![a](https://t.example/p.png)",
        "&#33;![a](https://t.example/p.png)",
        "[![a](https://t.example/p.png)](https://example.org)",
        '<img src="https://t.example/p.png">',
        "<IMG/src=x onerror=alert(1)>",
        "<picture><source srcset=x></picture>",
        '<div><img src="x">\n\n</div>',
        "<svg onload=alert(1)>",
        "<script>alert(1)</script>",
        "<details open><summary>a</summary>",
        "<!-- hidden -->",
        "<!-- unclosed",
        "<![CDATA[ x ]]>",
        "<?php x ?>",
        "<a href='javascript:alert(1)'>a</a>",
    ],
)
def test_nothing_is_loaded_and_no_html_is_left(text: str) -> None:
    rendered = RENDERER.render(safety.harmless(text))
    assert re.sub(r"</?(p|a|pre|code|em|strong)\b[^>]*>", "", rendered).count("<") == 0, rendered


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))",
        "[a](JavaScript:alert(1))",
        "[a](java&#115;cript:alert(1))",
        "[a](javascript&colon;alert(1))",
        "[a](java&Tab;script:alert(1))",
        "[a](javascript\\:alert(1))",
        "[a](<javascript:alert(1)>)",
        "[a][b]\n\n[b]: javascript:alert(1)",
        "[a](data:text/html;base64,AAAA)",
        "[a](vbscript:x)",
        "[a](java\u200bscript:x)",
    ],
)
def test_no_link_runs_anything(text: str) -> None:
    # A renderer that trusts every scheme.
    trusting = MarkdownIt("commonmark")
    trusting.validateLink = lambda url: True  # type: ignore[method-assign]
    rendered = trusting.render(safety.harmless(text))
    assert not re.search(r"""href=["'](javascript|data|vbscript)\\?(:|%5C:)""", rendered, re.IGNORECASE), (
        rendered
    )


@pytest.mark.parametrize("text", ["<!channel>", "<!here>", "<!subteam^S1|x>", "<@U012AB3CD>", "<#C012AB3CD>"])
def test_no_channel_is_called(text: str) -> None:
    assert safety.harmless(text).startswith("&lt;")
