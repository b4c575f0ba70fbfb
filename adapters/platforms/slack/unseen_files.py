"""Files of which a message says no more than that they are there: so it is in channels shared with another company.

https://docs.slack.dev/apis/slack-connect (`file_access` is "check_file_info")
https://docs.slack.dev/reference/methods/files.info
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from adapters.platforms.slack import facts
from adapters.platforms.slack.client import Call
from adapters.platforms.slack.payload import File
from bot.errors import AuthenticationError, IntegrationError
from models.message import Attachment

MOST_ASKED = 10


async def look_up(api: Call, files: Iterable[Attachment]) -> Mapping[str, Attachment]:
    """The first of those without an address, by their ids, as far as Slack tells of them."""
    unseen = list(dict.fromkeys(file.id for file in files if not file.url))[:MOST_ASKED]
    found = [each for file_id in unseen if (each := await _ask(api, file_id)) is not None]
    return {file.id: file for file in found}


async def _ask(api: Call, file_id: str) -> Attachment | None:
    """A file is worth no failure; a token that is none is one whatever is asked for."""
    try:
        answer = await api.get("files_info", file=file_id)
    except IntegrationError as error:
        if isinstance(error, AuthenticationError) and not error.is_forbidden:
            raise
        return None
    known = {name: answer["file"].get(name) for name in File.__struct_fields__}
    try:
        return facts.attachment_of(msgspec.convert(known | {"id": file_id}, File))
    except msgspec.ValidationError:
        return None
