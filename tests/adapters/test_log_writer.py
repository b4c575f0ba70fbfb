"""Log lines on their way out: all arrive, in order and whole, and a reader that is stuck stops nobody."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from adapters import log_writer
from adapters.log_writer import LogWriter

PATIENCE_SECONDS = 10.0
LINE = b"x" * 99 + b"\n"


class Pipe:
    """Its ends, and what was read of it."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()

    def fill(self) -> None:
        """Until nothing more goes in."""
        os.set_blocking(self.writing, False)
        try:
            while True:
                os.write(self.writing, b"-" * 4096)
        except BlockingIOError:
            os.set_blocking(self.writing, True)

    def read(self, until: bytes) -> bytes:
        """All, up to and with `until`."""
        read = b""
        while until not in read:
            assert select.select([self.reading], [], [], PATIENCE_SECONDS)[0], read[-200:]
            read += os.read(self.reading, 65536)
        return read

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


@pytest.mark.parametrize("is_opened", [False, True])
def test_all_lines_arrive_in_order(pipe: Pipe, is_opened: bool) -> None:
    writer, said = LogWriter(pipe.writing), [f"line {number}\n" for number in range(500)]
    if is_opened:
        with writer.opened():
            for line in said:
                writer.write(line)
    else:
        for line in said:
            writer.write(line)
    writer.put(b"end\n")
    assert pipe.read(b"end\n").decode() == "".join(said) + "end\n"


def test_nothing_waits_for_a_reader_that_is_stuck_and_what_is_dropped_is_counted(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "MOST_BYTES", 50 * len(LINE))
    writer = LogWriter(pipe.writing)
    writer.tell_dropped = lambda count: b"dropped %d\n" % count
    pipe.fill()
    with writer.opened():
        writer.put(LINE)
        for _ in range(500):
            if not writer._lines:  # the thread took it, and is stuck with it
                break
            threading.Event().wait(0.01)
        for _ in range(60):
            writer.put(LINE * 2, 2)  # 25 of these are kept: nobody waits here, or the test would hang
        read = pipe.read(b"dropped ")
        read += pipe.read(b"\n") if not read.endswith(b"\n") else b""
    assert read.lstrip(b"-").count(LINE) == 51
    assert read.endswith(b"dropped 70\n")


def test_a_reader_that_is_stuck_does_not_hold_up_the_end(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_writer, "LAST_SECONDS", 0.2)
    writer = LogWriter(pipe.writing)
    pipe.fill()
    with writer.opened():
        writer.put(LINE)
    writer.put(LINE)  # nor does what is said after it
    assert writer._thread is not None
    pipe.read(LINE)
    writer._thread.join(PATIENCE_SECONDS)


def test_lines_of_several_writers_are_not_mixed(pipe: Pipe) -> None:
    """A pipe takes pieces of PIPE_BUF whole; https://pubs.opengroup.org/onlinepubs/9799919799/functions/write.html"""
    each = 3000
    writers = [LogWriter(pipe.writing) for _ in range(3)]
    lines = [bytes([letter]) * 97 + b"\n" for letter in b"abc"]

    def write(number: int) -> None:
        for _ in range(each // 100):
            writers[number].put(lines[number] * 100, 100)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    read = b""
    while read.count(b"\n") < 3 * each:
        read += os.read(pipe.reading, 65536)
    for thread in threads:
        thread.join()
    assert set(read.splitlines(keepends=True)) == set(lines)


def test_whoever_is_forked_while_it_is_open_opens_it_anew(pipe: Pipe) -> None:
    program = """
import os, sys, time
from adapters.log_writer import LogWriter
writer = LogWriter(int(sys.argv[1]))
with writer.opened():
    if os.fork() == 0:
        with writer.opened():
            writer.write("the child's\\n")
        os._exit(0)
    os.wait()
"""
    argv = [sys.executable, "-W", "ignore", "-c", program, str(pipe.writing)]
    subprocess.run(argv, pass_fds=(pipe.writing,), check=True, timeout=PATIENCE_SECONDS)
    assert pipe.read(b"\n") == b"the child's\n"


def test_a_reader_that_is_gone_costs_nothing(pipe: Pipe) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    writer = LogWriter(writing)
    with writer.opened():
        writer.put(LINE)
    writer.put(LINE)
    os.close(writing)
