"""The playground's log lines look like everybody's."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import structlog

from tests.fakes.logs import logged, only

STAMP = re.compile(r'{"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"')
PROGRAM = """
import logging, sys
from playground import logs
logs.set_up(sys.argv[1])
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("aiohttp.server").exception("Error handling %s", "a request\\nof two lines")
"""


def said(log_format: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, log_format], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stderr.splitlines()


def test_a_line_has_the_names_of_the_app_s_lines_in_their_order() -> None:
    with logged() as out:
        structlog.stdlib.get_logger("bellhop").error("x", exc_info=ValueError("y"))
    [text] = said("json")
    line = json.loads(text)
    assert STAMP.fullmatch(text[: text.index(",")])
    assert STAMP.fullmatch(out.getvalue()[: out.getvalue().index(",")])
    assert list(line) == list(only(out))
    assert (line["process"], line["level"], line["logger"]) == ("playground", "error", "aiohttp.server")
    assert line["message"] == "Error handling a request\nof two lines"
    assert "ZeroDivisionError" in line["exception"]


def test_for_people_it_says_who_talks() -> None:
    assert "[ERROR] playground: Error handling a request" in said("console")[0]
