"""GitHub refuses the token for a while: nothing is given up, people see what waits, and it leaves when they say so."""

from __future__ import annotations

from typing import Any

from tests.e2e.story import no_loose_ends
from tests.e2e.town import Town

CREATE = ("POST", "/issues/1/comments$")


async def test_an_answer_waits_for_a_new_token_and_is_sent_on_request(town: Town) -> None:
    # The person's comment takes the same door as the answer: the webhook waits until the fault is there.
    await town.control("PUT", "/webhooks", {"delay_seconds": 0.5})
    await town.say(1, "/bellhop ping")
    await town.fault("status", *CREATE, status=401)

    async def refused() -> list[dict[str, Any]] | None:
        listed: list[dict[str, Any]] = await town.tool("deliveries", "unsent", "--json")
        return listed if any(row["error"] for row in listed) else None

    [row] = await town.until(refused, "the refusal to be seen")
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    assert "401" in row["error"]
    ready = (await town.http.get(f"{town.url}/readyz")).json()
    assert ready["parts"]["unsent"] == {"waiting": 1, "given_up": 0}
    assert await town.answers(1) == []
    assert await town.tool("deliveries", "resend", "--all", "--json") == {
        "resent": [row["id"]],
        "missing": [],
    }
    await town.answer(1, "pong")
    await no_loose_ends(town)
    assert len(await town.answers(1)) == 1
    assert await town.tool("deliveries", "unsent", "--json") == []
