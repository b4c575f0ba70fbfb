"""Nothing odd reaches git's command line or a path."""

from pathlib import Path

import pytest

from adapters.workspaces import names
from bot.errors import JobFailed
from models.job import Failure

ODD = [
    "-x",
    "--upload-pack=x",
    "a..b",
    "a/../b",
    "a@{1}",
    "@",
    "x.lock",
    "a/x.lock/b",
    "a b",
    "a\nb",
    "a\0b",
    "a~1",
    "a^",
    "a:b",
    "a?",
]
ODD += [
    "a*",
    "a[b",
    "a\\b",
    "/a",
    "a/",
    "a//b",
    "a.",
    ".a",
    "a/.b",
    "a/-b",
    "",
    "x" * 201,
    "a;b",
    "a$b",
    "a`b`",
    "a|b",
    "é" * 3,
]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_branch_is_refused(name: str) -> None:
    with pytest.raises(JobFailed) as caught:
        names.branch(name)
    assert caught.value.failure is Failure.SETUP
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["main", "v1.2", "feature/some_thing-2", "dependabot/npm/@x/y-1.0", "release+1", "a" * 40]
)
def test_an_ordinary_branch_is_taken(name: str) -> None:
    assert names.branch(name) == name


@pytest.mark.parametrize(
    "name", ["main", "bellhop", "bellhopper/x", "x/bellhop/y", "refs/heads/bellhop/x", "bellhop/../main"]
)
def test_a_branch_of_others_is_not_ours(name: str) -> None:
    with pytest.raises(JobFailed):
        names.own_branch(name, "bellhop")


@pytest.mark.parametrize(
    "name",
    ["acme", "../x", "acme/..", "a/./b", "-a/b", "a/-b", "acme/x.lock", "a b/c", "a/b\n", "/a/b", "a/b/"],
)
def test_an_odd_repository_is_refused(name: str) -> None:
    with pytest.raises(JobFailed):
        names.repository(name)


@pytest.mark.parametrize("name", ["HEAD", "abc", "g" * 40, "A" * 40, "a" * 41])
def test_what_is_no_full_commit_id_is_refused(name: str) -> None:
    with pytest.raises(JobFailed):
        names.sha(name)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc",
        "ext::sh -c x",
        "git@github.com:a/b",
        "ssh://h/a/b",
        "https://user@h/a/b",
        "https://u:p@h/a/b",
        "https:///a/b",
        "https://h/../../x",
        "https://h/a/..",
        "-x",
        "",
    ],
)
def test_a_remote_is_plain_http_without_a_user(url: str) -> None:
    with pytest.raises(JobFailed) as caught:
        names.mirror_path(url)
    assert "u:p" not in str(caught.value)


def test_a_mirror_lies_below_its_host() -> None:
    assert names.mirror_path("https://github.com/acme/shop.git") == Path("github.com/acme/shop.git")
    assert names.mirror_path("http://127.0.0.1:81/base/group/sub/x") == Path(
        "127.0.0.1_81/base/group/sub/x.git"
    )
