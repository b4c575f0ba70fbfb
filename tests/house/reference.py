"""The lines that the reference must hold, worked out from the product: what `docs/reference/` is checked against."""

import argparse
import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bot.command import CommandSpec
from bot.commands import COMMANDS
from handlers.cli import parser
from handlers.routes import ROUTES
from models.delivery import Disposition
from models.job import Failure
from tests.house.tree import product_modules, syntax

METRICS = {"Counter": "counter", "Gauge": "gauge", "Histogram": "histogram", "Summary": "summary"}


@dataclass(frozen=True)
class Page:
    """A page of the reference, what its lines begin with, and those it must hold.

    Where the product knows only the beginning of a line (`| `GET` | `/healthz` |`), people write the rest.
    """

    name: str
    marks: tuple[str, ...]
    lines: tuple[str, ...]


def pages() -> list[Page]:
    return [
        Page("commands.md", ("### `",), tuple(f"### `{name}`" for name in COMMANDS)),
        Page(
            "commands.md",
            ("`/bellhop ", "Needs "),
            tuple(verb for spec in COMMANDS.values() for verb in _verb(spec)),
        ),
        Page("settings.md", ("| `",), tuple(_settings())),
        Page("command-line.md", ("| `",), tuple(_command_line(parser.build()))),
        Page("http.md", ("| `",), tuple(f"| `{route.method}` | `{route.path}` | " for route in ROUTES)),
        Page("metrics.md", ("| `",), tuple(_metrics())),
        Page("dispositions.md", ("| `",), tuple(f"| `{disposition}` | " for disposition in Disposition)),
        Page("failures.md", ("| `",), tuple(f"| `{failure}` | " for failure in Failure)),
    ]


def _verb(spec: CommandSpec) -> Iterator[str]:
    yield f"`/bellhop {spec.usage}`: {spec.summary}{'' if spec.summary.endswith('?') else '.'}"
    yield (
        f"Needs {spec.needs.label}." if spec.needs else "Needs nothing: everybody who can see the place may."
    )


def settings_classes() -> list[type[BaseSettings]]:
    """Every settings class there is: Bellhop's own, and each platform's in its folder."""
    found = []
    for path in product_modules():
        for node in syntax(path).body:
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(base) == "BaseSettings" for base in node.bases
            ):
                module = importlib.import_module(path.with_suffix("").as_posix().replace("/", "."))
                found.append(getattr(module, node.name))
    return found


def _settings() -> Iterator[str]:
    for settings in settings_classes():
        for name, field in settings.model_fields.items():
            yield f"| `{variable(settings, name, field)}` | {_default(field)} | {_cell(field.description or '')} |"


def variable(settings: type[BaseSettings], name: str, field: FieldInfo) -> str:
    """The environment variable that a field is read from."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = str(alias.choices[0])
    return (
        alias.upper()
        if isinstance(alias, str)
        else f"{settings.model_config.get('env_prefix', '')}{name}".upper()
    )


def _default(field: FieldInfo) -> str:
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, float):
        return f"`{default:g}`"
    return f"`{default}`" if default not in ("", None) and not field.is_required() else ""


def _command_line(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            summaries = {choice.dest: choice.help for choice in action._choices_actions}
            for name, sub in action.choices.items():
                yield f"| `{sub.prog}` |  | {_cell(summaries.get(name) or '')} |"
                yield from _command_line(sub)
        elif not isinstance(action, argparse._HelpAction):
            option = ", ".join(action.option_strings) or action.dest.upper()
            # argparse writes a percent sign twice
            yield f"| `{command.prog}` | `{option}` | {_cell((action.help or '').replace('%%', '%'))} |"


def _metrics() -> Iterator[str]:
    for path in product_modules():
        for call in (node for node in ast.walk(syntax(path)) if isinstance(node, ast.Call)):
            kind = METRICS.get(ast.unparse(call.func).rpartition(".")[2])
            if kind and call.args and isinstance(call.args[0], ast.Constant):
                name, summary, *rest = [ast.literal_eval(argument) for argument in call.args]
                labels = ", ".join(f"`{label}`" for label in (rest[0] if rest else ()))
                yield f"| `{name}` | {kind} | {labels} | {_cell(summary)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":  # what the pages must hold, to copy from: python -m tests.house.reference
    for page in pages():
        print(f"\n{page.name}\n", *page.lines, sep="\n")
