"""Cards and replies on GitHub: told in order, harmless, within the limit, found again by their mark."""

import pytest

from adapters.platforms.github.markup import LONGEST_BODY, render_card, render_reply
from models.card import Card, CardState, CardStep

MARK = "<!-- bellhop:J-7K3Q -->"
HEADLINE = "✅ J-7K3Q done in 6m12s · PR #43 (draft), 3 files · tests 41/41"


def card(**fields: object) -> Card:
    """A finished job's card."""
    plain: dict[str, object] = {
        "job_id": "1",
        "handle": "J-7K3Q",
        "state": CardState.DONE,
        "headline": HEADLINE,
        "marker": "bellhop:J-7K3Q",
    }
    return Card.model_validate(plain | fields)


def test_a_card_is_told_from_its_headline_to_its_mark() -> None:
    shown = render_card(
        card(
            steps=(
                CardStep(text="cloned", is_done=True),
                CardStep(text="checks: 2 fail", is_done=True, is_ok=False),
                CardStep(text="J-7K3Q lost its worker", is_done=True, is_ok=False, is_warning=True),
                CardStep(text="asking the agent again"),
            ),
            body="I mended the leap years.",
            details="FAILED tests/test_years.py",
            details_title="Output",
            links=(("PR #43", "https://github.example/acme/shop/pull/43"),),
            next_commands=("/bellhop review", "/bellhop ci run"),
        )
    )
    assert shown == "\n\n".join(
        [
            HEADLINE,
            "- ✅ cloned\n- ❌ checks: 2 fail\n- ⚠️ J-7K3Q lost its worker\n- ⏳ asking the agent again",
            "I mended the leap years.",
            "<details><summary>Output</summary>\n\n```\nFAILED tests/test_years.py\n```\n\n</details>",
            "[PR #43](https://github.example/acme/shop/pull/43)",
            "Next: `/bellhop review` · `/bellhop ci run`",
            MARK,
        ]
    )


def test_a_small_card_is_headline_and_mark() -> None:
    assert render_card(card()) == f"{HEADLINE}\n\n{MARK}"


@pytest.mark.parametrize(
    "acting", ["@org/team", "Fixes #1", "<!-- bellhop:J-AAAA -->", "![x](https://a.example/x.png)"]
)
@pytest.mark.parametrize("where", ["body", "step", "details_title", "headline", "link"])
def test_nothing_that_acts_leaves_in_an_agents_words(acting: str, where: str) -> None:
    fields: dict[str, object] = {
        "body": {"body": f"look: {acting}"},
        "step": {"steps": (CardStep(text=f"said {acting}"),)},
        "details_title": {"details": "x", "details_title": acting},
        "headline": {"headline": f"❌ J-7K3Q failed in the agent: {acting}", "state": CardState.FAILED},
        "link": {"links": ((acting, "https://github.example/x"),)},
    }[where]  # type: ignore[assignment]
    shown = render_card(card(**fields))
    assert acting not in shown
    assert shown.count("<!--") == 1
    assert shown.endswith(MARK)


def test_output_cannot_leave_its_fold() -> None:
    shown = render_card(card(details="```\n</details>\n@org/team\n```"))
    assert "````\n```\n</details>\n@org/team\n```\n````\n\n</details>" in shown


def test_a_step_is_one_line() -> None:
    shown = render_card(card(steps=(CardStep(text="one\n\n# two\n- three"),)))
    assert "- ⏳ one # two - three\n" in shown


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a.example/) [x](https://b", "data:,x", "", "//x"]
)
def test_only_plain_web_addresses_are_linked(url: str) -> None:
    assert "](" not in render_card(card(links=(("PR", url),)))


@pytest.mark.parametrize("text", ["x" * 200_000, "```\n" + "x\n" * 100_000, "@a " * 60_000, "😀" * 90_000])
def test_everything_fits(text: str) -> None:
    shown = render_card(card(body=text, details=text, steps=tuple(CardStep(text=text) for _ in range(12))))
    assert len(shown) <= LONGEST_BODY
    assert shown.endswith(MARK)
    assert "</details>" in shown
    reply = render_reply(text, "bellhop:d1")
    assert len(reply) <= LONGEST_BODY
    assert reply.endswith("<!-- bellhop:d1 -->")


def test_an_open_fence_does_not_swallow_what_follows() -> None:
    shown = render_card(card(body="```python\nprint(1)", next_commands=("/bellhop help",)))
    assert "print(1)\n```\n\nNext: `/bellhop help`" in shown


def test_known_secrets_are_masked_everywhere() -> None:
    secret = "hunter2-hunter2"
    shown = render_card(
        card(headline=secret, body=secret, details=secret, steps=(CardStep(text=secret),)), (secret,)
    )
    assert secret not in shown
    assert secret not in render_reply(f"it is {secret}", "bellhop:d1", (secret,))


def test_a_secret_that_is_the_bots_name_does_not_lose_the_mark() -> None:
    assert render_card(card(), ("bellhop",)).endswith(MARK)


def test_a_reply_keeps_its_code_and_notifies_nobody() -> None:
    text = "Don't know `cancle`. Did you mean `/bellhop cancel J-7K3Q`?"
    assert render_reply(text, "bellhop:d1") == f"{text}\n\n<!-- bellhop:d1 -->"
    assert "@ada" not in render_reply("2nd in line behind J-7JX1 (acme/shop#42, @ada)", "bellhop:d1")
