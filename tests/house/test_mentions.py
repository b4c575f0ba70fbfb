"""The repository stands alone: no path of a machine, no registry's host, nothing of where it was written."""

import re

import pytest

from tests.house.tree import ROOT, tracked

# Written in pieces, so that this file does not mention what it forbids.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "crates" + ".io",
    "proxy." + "golang",
    "ruby" + "gems.org",
    "repo." + "maven",
    "registry-1." + "docker",
    "conda." + "anaconda",
)
FORBIDDEN = {
    "a package registry's host": re.compile("|".join(map(re.escape, REGISTRIES)), re.IGNORECASE),
    "a path of a machine": re.compile(
        r"(^|[\s\"'=(:`])/(wor" + r"k|roo" + r"t|Use" + r"rs/\w+|hom" + r"e/[a-z]+)/"
    ),
    "a folder beside the repository": re.compile(r"(?<![\w-])(\.\./)*shar" + r"ed/"),
}
# The acceptance data may lie beside the repository; only the unattended check looks there.
ALLOWED = {("a folder beside the repository", ".ci/run")}


def mentions(text: str) -> list[str]:
    """Return what of the forbidden is in `text`."""
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_nothing_tracked_mentions_what_is_not_ours() -> None:
    found = set()
    for path in tracked():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        found |= {(what, path.as_posix()) for what in mentions(text)}
    assert sorted(found - ALLOWED) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://py" + "pi.org/simple",
        "cd /ro" + "ot/x",
        "open('/ho" + "me/ada/x')",
        "see ../shar" + "ed/specs",
    ],
)
def test_each_kind_of_mention_is_seen(text: str) -> None:
    assert len(mentions(text)) == 1


def test_ordinary_text_is_free() -> None:
    assert mentions("a shared workspace, /tmp/x, https://docs.github.com/en/rest, workspace/root/") == []
