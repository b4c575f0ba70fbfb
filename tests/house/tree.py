"""The repository as the house tests see it: its tracked files and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app.py", "bot/", "handlers/", "adapters/", "models/", "jobs/", "playground/")


def tracked(*suffixes: str) -> list[Path]:
    """Return the files git knows or would add, relative to the root; with `suffixes`, only those."""
    return [path for path in kept() if (ROOT / path).is_file() and (not suffixes or path.suffix in suffixes)]


def kept() -> list[Path]:
    """Return every path git knows or would add, relative to the root: files, links, and what is gone."""
    # An owner other than ours (root's clone, read by somebody else) is no reason to refuse to list it.
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=30).stdout.decode()
    return [Path(name) for name in listed.split("\0") if name]


def product_modules() -> list[Path]:
    """Return the Python files that ship, relative to the root."""
    return [path for path in tracked(".py") if path.as_posix().startswith(PRODUCT)]


def syntax(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def names_used(module: ast.Module) -> Iterator[str]:
    """Yield the dotted name of every import and attribute: `os.environ`, `unittest.mock.patch`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def literals(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string that is not a docstring."""
    docs = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value
