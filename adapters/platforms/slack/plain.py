"""What Slack does not take as blocks is said in words: a message that looks plain is better than none.

A refusal changed nothing, so asking once more says nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.platforms.slack.client import Call
from bot.errors import IntegrationError

UPDATE = "chat_update"
# "the maximum length is 40,000"; chat.update refuses earlier: github.com/seratch/ChatGPT-in-Slack/issues/102
LONGEST_TEXT, LONGEST_UPDATE = 40_000, 4_000
TOO_LONG = frozenset({"msg_too_long"})
# https://docs.slack.dev/reference/methods/chat.postMessage#errors; "msg_blocks_too_long" is seen, not documented
TOO_MUCH = TOO_LONG | {"msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"}


async def say(api: Call, method: str, said: Mapping[str, Any], **where: Any) -> Mapping[str, Any]:
    """Post or update a message, else its words alone. `method` is slack_sdk's name. Raises IntegrationError."""
    try:
        return await api.post(method, **said, **where)
    except IntegrationError as error:
        if "blocks" not in said or not any(f"({word})" in str(error) for word in TOO_MUCH):
            raise
        is_long = any(f"({word})" in str(error) for word in TOO_LONG)
    words = {name: value for name, value in said.items() if name != "blocks"}
    if not is_long:
        words["text"] = _whole(said, LONGEST_UPDATE if method == UPDATE else LONGEST_TEXT)
    # Blocks that are not mentioned stay: https://docs.slack.dev/reference/methods/chat.update#arg_blocks
    return await api.post(method, **words, **({"blocks": []} if method == UPDATE else {}), **where)


def _whole(said: Mapping[str, Any], most: int) -> str:
    """All that the blocks say, where that fits: `text` is only its beginning, for notifications."""
    sections = [block["text"]["text"] for block in said["blocks"] if block.get("type") == "section"]
    whole = "\n\n".join(sections)
    return whole if len(said["text"]) < len(whole) <= most else str(said["text"])
