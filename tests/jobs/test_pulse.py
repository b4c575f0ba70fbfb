"""Signs of life: given while the loop runs, gone with it, swept when nobody needs them."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from jobs import pulse


async def test_a_sign_changes_while_the_loop_runs_and_goes_with_it(tmp_path: Path) -> None:
    file = pulse.path(tmp_path, "job", 2)
    keeping = asyncio.create_task(pulse.keep(file))
    async with asyncio.timeout(20):
        while (first := pulse.sign(tmp_path, "job", 2)) is None:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)
        while pulse.sign(tmp_path, "job", 2) == first:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert pulse.sign(tmp_path, "job", 2) is None


def test_only_old_signs_of_dead_jobs_are_swept(tmp_path: Path) -> None:
    long_ago = time.time() - pulse.KEPT_SECONDS - 60
    for job_id, is_old in (("dead", True), ("living", True), ("fresh", False)):
        file = pulse.path(tmp_path, job_id, 1)
        pulse.touch(file)
        if is_old:
            os.utime(file, (long_ago, long_ago))
    pulse.sweep(tmp_path, {"living"})
    left = {job_id for job_id in ("dead", "living", "fresh") if pulse.sign(tmp_path, job_id, 1) is not None}
    assert left == {"living", "fresh"}
