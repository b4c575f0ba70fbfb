"""Files: put into a thread, and fetched from one. The bot's token goes to Slack's own hosts and nowhere else.

https://docs.slack.dev/messaging/working-with-files#uploading_files
https://docs.slack.dev/reference/objects/file-object#authentication (`url_private` needs the token)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.platforms.slack.client import Call
from adapters.platforms.slack.conversation import Place, is_ours, said_in
from adapters.platforms.slack.failures import NOT_INVITED
from bot.chat import Enclosure
from bot.clipping import clip
from bot.errors import (
    AuthenticationError,
    ConflictError,
    IntegrationError,
    NetworkError,
    NotFoundError,
    Refused,
)
from bot.platform import Posted
from models.message import Attachment

HOSTS = frozenset({"files.slack.com", "files.slack-gov.com"})
CHUNK_BYTES = 64 * 1024
LONGEST_NAME = 200
HTML = "text/html"
SNIPPETS = {"md": "markdown"}
TOO_LARGE = "{name} is larger than {most} bytes"
NOT_THEIRS = "{name} is not kept on Slack's own hosts"
NO_RIGHT = "{doing}: Slack showed a page for signing in; the app needs the scope files:read"
NO_SCOPE = "the app lacks the scope `files:write`; add it, and install the app again"
NOT_GIVEN = "{doing}: Slack answered {status}"
CUT = "{doing}: no answer from Slack ({why})"


async def upload(api: Call, place: Place, file: Enclosure) -> Posted:
    """Put a text into the thread as a snippet, with words in Slack's dialect. Raises Refused.

    Nobody sees anything of it before the last of the three steps: what ends earlier may begin anew.
    """
    content = file.content.encode("utf-8", "replace")
    with _refusals():
        id, url = await _address(api, file.name, len(content))
        await _send(api, url, content)
        channel = await place.channel(api)
        under = {"thread_ts": place.thread.root} if place.thread.root else {}
        said = {"initial_comment": file.words} if file.words else {}
        shown = {"files": [{"id": id, "title": file.title}], "channel_id": channel}
        made = await api.post("files_completeUploadExternal", **shown, **said, **under)
    return _posted(made["files"][0])


async def find(api: Call, place: Place, name: str) -> Posted | None:
    """Our file of that name among what is said there. The name alone can be forged: the author must be we."""
    own = [each for each in await said_in(api, place) if is_ours(each, place.own)]
    files = (file for each in own for file in each.get("files") or () if file.get("name") == name)
    return next(map(_posted, files), None)


async def _address(api: Call, name: str, size_bytes: int) -> tuple[str, str]:
    """The file's id, and where to send it. https://docs.slack.dev/reference/methods/files.getUploadURLExternal"""
    kind = SNIPPETS.get(name.rpartition(".")[2], "text")
    asked = {"filename": clip(name, LONGEST_NAME), "length": size_bytes, "snippet_type": kind}
    given = await api.post("files_getUploadURLExternal", **asked)
    url = str(given["upload_url"])
    if not is_slack(api, url):
        raise IntegrationError(f"{api.doing}: {NOT_THEIRS.format(name=name)}", "answer")
    return str(given["file_id"]), url


@contextmanager
def _refusals() -> Iterator[None]:
    """What Slack says no to for good, as Refused: no scope, no space, no files in this workspace.

    Not what is about the place or the token: those are waited for, and told, like for any message.
    https://docs.slack.dev/reference/methods/files.completeUploadExternal#errors
    """
    try:
        yield
    except (NotFoundError, ConflictError):
        raise
    except IntegrationError as error:
        is_token = isinstance(error, AuthenticationError) and not error.is_forbidden
        is_place = any(f"({word})" in str(error) for word in NOT_INVITED)
        if error.retryable or error.is_ambiguous or is_token or is_place or error.error_type == "answer":
            raise
        raise Refused(NO_SCOPE if "(missing_scope)" in str(error) else str(error)) from error


def _posted(file: Mapping[str, Any]) -> Posted:
    return Posted(id=str(file["id"]), url=str(file.get("permalink") or ""))


async def fetch(api: Call, token: str, file: Attachment, most_bytes: int) -> bytes:
    """A file's content. Raises Refused for one that is too large or elsewhere."""
    if file.size_bytes > most_bytes:
        raise Refused(TOO_LARGE.format(name=file.name, most=most_bytes))
    if not is_slack(api, file.url):
        raise Refused(NOT_THEIRS.format(name=file.name))
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with api.client.session().get(file.url, headers=headers, allow_redirects=False) as response:
            _check(api, file, response)
            return await _read(response, file, most_bytes)
    except aiohttp.ClientResponseError:
        raise AuthenticationError(NO_RIGHT.format(doing=api.doing), is_forbidden=True) from None
    except aiohttp.ClientError as error:
        told = CUT.format(doing=api.doing, why=type(error).__name__)
        raise NetworkError(told, is_ambiguous=False) from None


def is_slack(api: Call, url: str) -> bool:
    """Whether an address is on Slack's hosts for files, or on the host of the configured API."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_theirs = parts.scheme == "https" and parts.netloc in HOSTS
    return is_theirs or f"{parts.scheme}://{parts.netloc}" == api.client.reach.origin


async def _send(api: Call, url: str, content: bytes) -> None:
    """The address itself is the permission: no token goes there."""
    try:
        async with api.client.session().post(url, data=content, allow_redirects=False) as response:
            if response.status != 200:
                raise NetworkError(
                    NOT_GIVEN.format(doing=api.doing, status=response.status), is_ambiguous=False
                )
    except aiohttp.ClientError as error:
        told = CUT.format(doing=api.doing, why=type(error).__name__)
        raise NetworkError(told, is_ambiguous=False) from None


def _check(api: Call, file: Attachment, response: aiohttp.ClientResponse) -> None:
    if response.status in {404, 410}:
        raise NotFoundError(NOT_GIVEN.format(doing=api.doing, status=response.status))
    if response.status >= 500:
        raise NetworkError(NOT_GIVEN.format(doing=api.doing, status=response.status), is_ambiguous=False)
    # Without the right Slack does not refuse: it shows its page for signing in.
    is_page = response.content_type == HTML and file.media_type != HTML
    if response.status != 200 or is_page:
        raise AuthenticationError(NO_RIGHT.format(doing=api.doing), is_forbidden=True)


async def _read(response: aiohttp.ClientResponse, file: Attachment, most_bytes: int) -> bytes:
    """What it says of its size may be wrong: it is counted."""
    read = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        read += chunk
        if len(read) > most_bytes:
            raise Refused(TOO_LARGE.format(name=file.name, most=most_bytes))
    return bytes(read)
