"""Between the tags of HTML people write words of their own; what tags hold, hide, quote or run is not among them."""

import pytest

from bot.grammar import Parsed
from tests.bot.test_grammar import one, parse

HEARD = [
    '<img width="10" src="x" />\n@bellhop status',
    '<img width="10"\n  src="x>">\n@bellhop status',
    "<br>\n@bellhop status",
    "</details>\n@bellhop status",
    "<p>@bellhop status</p>",
    "<p align=center><b>@bellhop status</b></p>\n",
    "<div>\n@bellhop status\n</div>",
    "<div>\n  <!-- said -->\n  @bellhop status <!-- kindly --> <br/>\n</div>",
    "<!-- a template --> @bellhop status",
    "<details>\n\n@bellhop status\n\n</details>",
    "<details><summary>x</summary>\n@bellhop status\n</details>",
    "<table><tr><td>x</td></tr></table>\n@bellhop status",
    "<script>if (a<b) '</b>'</script>\n@bellhop status",
    "<pre>x</pre>\n@bellhop status",
    "<div><style>a>b{}</style>\n@bellhop status",
]
UNHEARD = [
    "<b>@bellhop status</b>",
    "<div>\nsee @bellhop status\n</div>",
    "<div>\nsee <b>@bellhop status</b>\n</div>",
    "<div><code>x</code> @bellhop status\n</div>",
    "<div><!-- never\n@bellhop status\n</div>\n\n@bellhop status",
    "<div><code>\n@bellhop status\n</code></div>",
    "<div><code>\n\n@bellhop status\n\n</code></div>",
    "<p><q>@bellhop status</q></p>",
    "<div>@<!-- -->bellhop status\n@<b></b>bellhop status</div>",
    "<div>&#64;bellhop status</div>",
    "<div title='\n@bellhop status\n'>",
    "<table><tr><td>\n@bellhop status\n</td></tr></table>",
    "<textarea>\n<b></b>\n@bellhop status\n</textarea>",
    "<div><script>'<!--'\n@bellhop status\n</script></div>",
    "> <div>\n> @bellhop status\n> </div>",
]


@pytest.mark.parametrize("text", HEARD)
def test_words_below_and_between_tags_address_the_bot(text: str) -> None:
    assert one(text).name == "status"


@pytest.mark.parametrize("text", UNHEARD)
def test_what_tags_hold_hide_quote_or_run_does_not(text: str) -> None:
    assert parse(text) == Parsed()
