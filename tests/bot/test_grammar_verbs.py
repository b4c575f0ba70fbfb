"""What an addressing line asks for: a verb, free text, or a question back."""

import pytest

from models.command import Command, Unknown
from tests.bot.test_grammar import one, parse, unknown

DOORS = ["@bellhop", "/bellhop"]


@pytest.mark.parametrize(
    "text",
    [
        "@bellhop",
        "/bellhop",
        "@bellhop:",
        "@bellhop?",
        "@bellhop thanks!",
        "@bellhop \U0001f44d",
        "@bellhop hi",
    ],
)
def test_a_bare_address_gets_help(text: str) -> None:
    assert (one(text).name, one(text).text) == ("help", "")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("rest", "name", "ids"),
    [
        ("cancel J-7K3Q", "cancel", ("J-7K3Q",)),
        ("stop j-7k3q", "cancel", ("J-7K3Q",)),
        ("Cancel J-7K3Q.", "cancel", ("J-7K3Q",)),
        ("cancel `J-7K3Q`", "cancel", ("J-7K3Q",)),
        ("`cancel J-7K3Q`", "cancel", ("J-7K3Q",)),
        ("cancel **J-7K3Q**", "cancel", ("J-7K3Q",)),
        ("cancel J-7K3", "cancel", ("J-7K3",)),
        ("cancel W-7K3QAB", "cancel", ("W-7K3QAB",)),
        ("status a-oil7", "status", ("A-0117",)),
        ("cancel J–7K3Q", "cancel", ("J-7K3Q",)),
        ("please cancel J-7K3Q now, thank you!", "cancel", ("J-7K3Q",)),
        ("cancel the job J-7K3Q", "cancel", ("J-7K3Q",)),
        ("cancel", "cancel", ()),
    ],
)  # fmt: skip
def test_a_verb_takes_an_id_as_people_type_it(door: str, rest: str, name: str, ids: tuple[str, ...]) -> None:
    command = one(f"{door} {rest}")
    assert (command.name, command.ids, command.is_free_text) == (name, ids, False)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("rest", "options"),
    [
        ("jobs", {}),
        ("jobs --mine", {"mine": "true"}),
        ("jobs —mine –all", {"mine": "true", "all": "true"}),
        ("jobs --Mine please", {"mine": "true"}),
        ("logs -n 50", {"n": "50"}),
        ("logs J-7K3Q —n=50", {"n": "50"}),
        ("logs n=50 J-7K3Q", {"n": "50"}),
        ("logs [n=50]", {"n": "50"}),
        ("retry J-7K3Q --from “build all”", {"from": "build all"}),
        ("retry --from J-7K3Q", {"from": "true"}),
        ("retry from='a b', J-7K3Q", {"from": "a b"}),
    ],
)
def test_a_verb_takes_its_options(door: str, rest: str, options: dict[str, str]) -> None:
    assert one(f"{door} {rest}").options == options
    assert one(f"{door} {rest}").name == rest.split()[0]


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("/bellhop why", ()),
        ("@bellhop why https://github.com/acme/shop/issues/1#issuecomment-2", ("https://github.com/acme/shop/issues/1#issuecomment-2",)),
        ("@bellhop why <https://example.org/a>", ("https://example.org/a",)),
        ("@bellhop why [that](https://example.org/a)?", ("https://example.org/a",)),
        ("@bellhop help cancel", ("cancel",)),
        ("@bellhop help Stop!", ("stop",)),
        ("/bellhop help budgets", ("budgets",)),
    ],
)  # fmt: skip
def test_a_verb_takes_a_link_or_a_topic(text: str, args: tuple[str, ...]) -> None:
    assert one(text).args == args


FREE_TEXT = [
    "status page is broken",
    "cancel the subscription when a user leaves",
    "retry logic is broken",
    "help me with the flaky test",
    "why is the build red",
    "stop the job from crashing",
    "ping the database before each test",
    "jobs are lost on restart",
    "logs are too long, n=50 is enough",
    "make the header blue",
    "cancle the subscription when a user leaves",
    "`new` keyword crashes",
    "fix-up commits are squashed wrongly",
    "the status endpoint is slow",
    "don't lose the \"login",
    "/merge is refused",
    "deploy",
]


@pytest.mark.parametrize("text", FREE_TEXT)
def test_a_mention_that_is_no_verb_is_a_request_as_written(text: str) -> None:
    command = one(f"@bellhop {text}")
    assert (command.name, command.text, command.is_free_text) == ("fix", text, True)
    assert (command.ids, command.options, command.args) == ((), {}, ())


@pytest.mark.parametrize("text", FREE_TEXT)
def test_free_text_after_the_slash_never_becomes_a_job(text: str) -> None:
    assert isinstance(parse(f"/bellhop {text}").commands[0], Unknown)


@pytest.mark.parametrize(
    ("text", "name", "rest", "options"),
    [
        ("@bellhop fix", "fix", "", {}),
        ("@bellhop fix please", "fix", "", {}),
        ("@bellhop FIX: the Login.", "fix", "the Login.", {}),
        ("/bellhop fix the `login()` in **a.py**", "fix", "the `login()` in **a.py**", {}),
        ("@bellhop **fix the login**", "fix", "the login", {}),
        ("**@bellhop fix the login**", "fix", "the login", {}),
        ("/bellhop ask where is the retry policy?", "ask", "where is the retry policy?", {}),
        ("@bellhop new pr=ready agent=claude the login", "new", "the login", {"pr": "ready", "agent": "claude"}),
        ("@bellhop fix the login pr=ready --branch=v1.2", "fix", "the login", {"pr": "ready", "branch": "v1.2"}),
        ("@bellhop fix the login —branch main", "fix", "the login", {"branch": "main"}),
        ("@bellhop fix --pr ready the login", "fix", "the login", {"pr": "ready"}),
        ("@bellhop fix [pr=ready, branch=“a b”] the login", "fix", "the login", {"pr": "ready", "branch": "a b"}),
        ("@bellhop fix why model=foo crashes", "fix", "why model=foo crashes", {}),
        ("@bellhop fix the login with mode=fast", "fix", "the login with mode=fast", {}),
        ("@bellhop fix [x=1] is refused", "fix", "[x=1] is refused", {}),
        ("@bellhop fix the --all flag", "fix", "the --all flag", {}),
        ("@bellhop fix the login pr=ready please", "fix", "the login", {"pr": "ready"}),
        ("@bellhop fix the login --pr ready, please! \U0001f64f", "fix", "the login", {"pr": "ready"}),
        (
            "@bellhop fix the login pr=ready please branch=main thanks",
            "fix",
            "the login",
            {"pr": "ready", "branch": "main"},
        ),
        ("@bellhop fix it so that it says thank you", "fix", "it so that it says thank you", {}),
        ("@bellhop fix the login please", "fix", "the login please", {}),
        ("@bellhop ask why pr=ready", "ask", "why pr=ready", {}),
        ("@bellhop fix J-7K3Q", "fix", "J-7K3Q", {}),
        ("@bellhop fix the status\u200b page\U000e0041", "fix", "the status page", {}),
        ("@bellhop fix \U0001f468\u200d\U0001f4bb mode", "fix", "\U0001f468\u200d\U0001f4bb mode", {}),
    ],
)  # fmt: skip
def test_a_verb_with_text_keeps_it_as_written(
    text: str, name: str, rest: str, options: dict[str, str]
) -> None:
    command = one(text)
    assert (command.name, command.text, command.options, command.is_free_text) == (name, rest, options, False)


def test_free_text_may_end_in_options_too() -> None:
    command = one("@bellhop make the header blue pr=ready")
    assert (command.text, command.options, command.is_free_text) == (
        "make the header blue",
        {"pr": "ready"},
        True,
    )


def test_a_verb_may_take_an_id_and_text() -> None:
    command = one("/bellhop deny J-7K3Q not now: a release freeze")
    assert (command.ids, command.text) == (("J-7K3Q",), "not now: a release freeze")


# --- lines behind the request ---------------------------------------------------------------------------------------


def test_the_lines_behind_a_request_belong_to_it_until_the_next_address() -> None:
    text = (
        "Morning!\n@bellhop fix the login\nIt says:\n\n```py\n@bellhop no command\n```\n> and a quote\n"
        "\n@bellhop ask why\nreally"
    )
    first, second = parse(text).commands
    assert isinstance(first, Command)
    assert isinstance(second, Command)
    assert first.text == "the login\nIt says:\n\n```py\n@bellhop no command\n```\n> and a quote"
    assert (second.name, second.text) == ("ask", "why\nreally")


def test_the_request_may_begin_on_the_next_line() -> None:
    assert one("@bellhop fix\n\nThe login is broken.\n").text == "The login is broken."


def test_free_text_goes_on_too() -> None:
    assert one("@bellhop the login is broken\nsince Monday").text == "the login is broken\nsince Monday"


def test_a_verb_without_text_leaves_the_next_lines_to_people() -> None:
    command = one("@bellhop cancel J-7K3Q\nthe subscription is more important")
    assert (command.name, command.text) == ("cancel", "")


def test_options_are_read_on_the_first_line_only() -> None:
    command = one("@bellhop fix the login pr=ready\nbranch=main")
    assert (command.text, command.options) == ("the login\nbranch=main", {"pr": "ready"})


# --- questions back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "word", "nearest", "rest"),
    [
        ("@bellhop cancle J-7K3Q", "cancle", "cancel", "J-7K3Q"),
        ("@bellhop cancle", "cancle", "cancel", ""),
        ("@bellhop statsu", "statsu", "status", ""),
        ("@bellhop Statsu?", "Statsu?", "status", ""),
        ("@bellhop please cancle `j-7k3q` please", "cancle", "cancel", "J-7K3Q"),
        ("@bellhop cancel J-7U3Q", "J-7U3Q", "cancel", ""),
        ("@bellhop cancel J-7", "J-7", "cancel", ""),
        ("@bellhop cancel J-7K3Q J-7K41", "J-7K41", "cancel", "J-7K3Q"),
        ("@bellhop jobs --mien", "--mien", "jobs", ""),
        ("@bellhop jobs --mine foo", "foo", "jobs", ""),
        ("@bellhop cancel J-7K3Q --with x", "--with x", "cancel", "J-7K3Q"),
        ("/bellhop cancle J-7K3Q", "cancle", "cancel", "J-7K3Q"),
        ("/bellhop cancel everything", "everything", "cancel", ""),
        ("/bellhop cancel J-7K3Q and J-7K41", "and J-7K41", "cancel", "J-7K3Q"),
        ("/bellhop fxi the `login`", "fxi", "fix", "the login"),
        ("/bellhop stpo", "stpo", "cancel", ""),
        ("/bellhop help frobnication", "frobnication", "help", ""),
    ],
)
def test_a_slip_gets_the_nearest_verb_and_never_a_job(text: str, word: str, nearest: str, rest: str) -> None:
    found = unknown(text)
    assert (found.word, found.nearest[0], found.rest) == (word, nearest, rest)


def test_a_lone_id_is_asked_back_with_verbs_that_change_nothing() -> None:
    assert unknown("@bellhop J-7K3Q").nearest == ("deny", "status", "logs")
    assert unknown("/bellhop j-7k3q").rest == "J-7K3Q"


def test_a_word_like_no_verb_has_no_suggestion() -> None:
    assert unknown("/bellhop frobnicate it").nearest == ()
    assert unknown("/bellhop " + "cancel" * 1000).nearest == ()


def test_at_most_three_verbs_are_suggested_and_the_echo_is_short_and_without_code_marks() -> None:
    found = unknown("/bellhop " + "`x" * 500)
    assert len(found.word) <= 60
    assert "`" not in found.word
    assert len(unknown("/bellhop nwe").nearest) <= 3


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("typed", ["fix --help", "fix —help please", "cancel --help", "Fix --HELP"])
def test_help_behind_a_verb_is_that_verbs_help(door: str, typed: str) -> None:
    command = one(f"{door} {typed}")
    assert (command.name, command.args) == ("help", (typed.split()[0].lower(),))


def test_help_within_a_request_is_what_it_is_about() -> None:
    assert one("/bellhop fix --help prints nothing").text == "--help prints nothing"


@pytest.mark.parametrize(
    ("line", "slips"),
    [
        ("/bellhop fix brnach=main the login", {"brnach": "main"}),
        ("@bellhop fix the login agnet=scripted please", {"agnet": "scripted"}),
        ("@bellhop mend the login --brnach=main", {"brnach": "main"}),
        ("/bellhop fix --agnet", {"agnet": "true"}),
        ("/bellhop fix foo=bar", {"foo": "bar"}),
        ("/bellhop fix pr=draft foo=bar baz", {"pr": "draft", "foo": "bar"}),
        ("@bellhop fix foo=bar", {}),
        ("@bellhop fix why x=1 is set", {}),
        ("/bellhop fix why brnach=1 is set", {}),
        ("/bellhop fix the case x==1", {}),
        ("/bellhop fix `brnach=main` is mistyped", {}),
        ("/bellhop fix the port=8080", {}),
    ],
)
def test_an_option_that_was_mistyped_is_no_text(line: str, slips: dict[str, str]) -> None:
    assert one(line).options == slips
