"""What a change may not be."""

from collections.abc import Sequence

import pytest

from bot.diff_policy import Limits, is_forbidden, is_searchable, leaves_the_tree, violations
from bot.workshop import Diff, FileChange, Leak

LIMITS = Limits()


def change(path: str, **other: object) -> FileChange:
    given: dict[str, object] = {"path": path, "status": "A", "mode": "100644", "size_bytes": 1}
    return FileChange.model_validate(given | other)


def said(*files: FileChange, leaks: Sequence[Leak] = ()) -> list[str]:
    return violations(Diff(files=files), LIMITS, leaks)


def test_an_ordinary_change_is_fine() -> None:
    assert said(change("src/a.py"), change(".github/FUNDING.yml"), change("docs/.gitignore")) == []


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml", ".github/workflows/deep/er.yml", ".github/actions/x/action.yml",
        ".GitHub/Workflows/ci.yml",
        ".gitlab-ci.yml", ".bellhop.yml", ".gitmodules", ".git/config", "sub/.git/hooks/x", "CODEOWNERS",
        ".github/CODEOWNERS",
        "docs/CODEOWNERS",
    ],
)  # fmt: skip
def test_what_gives_power_is_off_limits_even_to_delete(path: str) -> None:
    assert is_forbidden(path)
    for status in ("A", "M", "D"):
        assert said(change(path, status=status)) == [f"`{path}` may not be changed by a job"]


@pytest.mark.parametrize(
    "path",
    [".github/ISSUE_TEMPLATE.md", "src/workflows/x.yml", "a.gitmodules", "x.git/y", "sub/.bellhop.yml"],
)
def test_what_only_resembles_it_is_not(path: str) -> None:
    assert not is_forbidden(path)


def test_size_is_limited_in_every_direction() -> None:
    limits = Limits(max_files=1, max_lines=10, max_bytes=100, max_file_bytes=60)
    files = (change("a", size_bytes=61), change("b", size_bytes=60))
    diff = Diff(files=files, added_lines=6, deleted_lines=5)
    assert violations(diff, limits) == [
        "2 files changed, 1 are allowed",
        "11 lines changed, 10 are allowed",
        "121 bytes in changed files, 100 are allowed",
        "`a` has 61 bytes, 60 are allowed",
    ]
    assert violations(Diff(files=(change("a", size_bytes=60),), added_lines=5, deleted_lines=5), limits) == []


def test_another_repository_is_refused_unless_it_goes() -> None:
    assert said(change("vendor", mode="160000")) == ["`vendor` is another repository"]
    assert said(change("vendor", mode="160000", status="D")) == []


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("a", "/etc/passwd"),
        ("a", "../x"),
        ("a/b", "../../x"),
        ("a/b", "c/../../../x"),
        ("a", ""),
        ("a", "C:\\x"),
        ("a", "x\x00y"),
        ("a", "..\\x"),
        ("a", ".git/config"),
        ("a/b", "../.GIT/hooks"),
        ("a", "b/../../a/b"),
    ],
)
def test_a_link_that_leaves_is_refused(path: str, target: str) -> None:
    assert leaves_the_tree(path, target)
    assert len(said(change(path, mode="120000", link_target=target))) == 1


@pytest.mark.parametrize(
    ("path", "target"), [("a", "b"), ("a/b", "../c"), ("a/b/c", "../../d"), ("a", "./b/../c"), ("a", "...")]
)
def test_a_link_that_stays_is_fine(path: str, target: str) -> None:
    assert said(change(path, mode="120000", link_target=target)) == []


@pytest.mark.parametrize("path", ["con", "src/NUL.txt", "a/Com1.log", "aux .c", "lpt9"])
def test_names_of_devices_are_refused(path: str) -> None:
    assert any("device" in words for words in said(change(path)))


@pytest.mark.parametrize("path", ["a\nb", "a\x1b[31m", "x\u202egpj.exe", "a\\b", "dir./x", "x "])
def test_odd_names_are_refused_and_shown_harmlessly(path: str) -> None:
    found = said(change(path))
    assert any("no file name should have" in words for words in found)
    assert all(words.isprintable() for words in found)


def test_ordinary_foreign_names_are_fine() -> None:
    assert said(change("docs/übersicht – 概要.md"), change("console.py"), change("auxiliary/con_fig")) == []


def test_names_that_differ_in_case_only_are_refused() -> None:
    assert said(change("Readme.md"), change("README.md")) == [
        "`README.md` and `Readme.md` differ in case only"
    ]
    assert said(change("Readme.md", status="D"), change("README.md")) == []


def test_secrets_that_were_found_are_refused_without_being_said() -> None:
    leaks = (
        Leak(path="a.py"),
        Leak(path="b`.py", what="GitHub token"),
        Leak(path="c.bin", is_searched=False),
    )
    assert said(change("a.py"), leaks=leaks) == [
        "`a.py` adds a secret",
        "`b?.py` adds what looks like a secret (GitHub token)",
        "`c.bin` is too large to be searched for secrets",
    ]


def test_only_what_is_small_enough_in_all_is_searched() -> None:
    limits = Limits(max_files=2, max_bytes=100)
    few = (change("a", size_bytes=50), change("b", size_bytes=50))
    assert is_searchable(Diff(files=few), limits)
    assert not is_searchable(Diff(files=(*few, change("c", size_bytes=0))), limits)
    assert not is_searchable(Diff(files=(change("a", size_bytes=101),)), limits)


def test_everything_wrong_is_listed() -> None:
    files = (change("CODEOWNERS"), change("x", mode="160000"), change("y", mode="120000", link_target="/"))
    assert len(said(*files, leaks=(Leak(path="z"),))) == 4
