"""What Slack does not take as blocks is said in words: a message that looks plain is better than none.

A refusal changed nothing, so asking once more says nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.platforms.slack.client import Call
from bot.errors import IntegrationError

UPDATE = "chat_update"
# https://docs.slack.dev/reference/methods/chat.postMessage#errors; "msg_blocks_too_long" is seen, not documented
TOO_MUCH = frozenset({"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"})


async def say(api: Call, method: str, said: Mapping[str, Any], **where: Any) -> Mapping[str, Any]:
    """Post or update a message, else its words alone. `method` is slack_sdk's name. Raises IntegrationError."""
    try:
        return await api.post(method, **said, **where)
    except IntegrationError as error:
        if "blocks" not in said or not any(f"({word})" in str(error) for word in TOO_MUCH):
            raise
    words = {name: value for name, value in said.items() if name != "blocks"}
    # Blocks that are not mentioned stay: https://docs.slack.dev/reference/methods/chat.update#arg_blocks
    return await api.post(method, **words, **({"blocks": []} if method == UPDATE else {}), **where)
