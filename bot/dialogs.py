"""A dialog for a request: asked for by a shortcut, opened within the seconds that its trigger lives."""

from __future__ import annotations

from bot import replies
from bot.errors import IntegrationError
from bot.services import Services
from bot.triage import Addressed, outcome_of
from models.delivery import Disposition
from models.picker import Dialog

TITLE = "Bellhop"
QUESTION = "What is to be done, and on which repository?"
PLACEHOLDER = "fix the flaky login test repo=owner/name"
OPENED = "opened a dialog"
TOO_LATE = (
    "That took too long to open a dialog. Write here what is to be done instead, as in `fix the flaky login test "
    "repo=owner/name`. `/{name} help`"
)


async def open_for(services: Services, found: Addressed) -> Disposition:
    """Open it, or say that it was too late. Raises StorageUnavailable."""
    message = found.message
    error = await _open(services, found)
    async with services.storage.begin() as work:
        if error is not None:
            text = TOO_LATE.format(name=services.settings.name)
            await replies.whisper(work, found, f"dialog:{message.semantic_key}", "", text)
        detail = str(error) if error else OPENED  # the error says what was being done
        outcome = outcome_of(found.delivery, message, Disposition.ANSWERED, detail)
        await work.deliveries.finish([outcome], services.owner)
    services.bells.courier.set()
    return Disposition.ANSWERED


async def _open(services: Services, found: Addressed) -> IntegrationError | None:
    """A trigger is good for one try, so there is no other."""
    message = found.message
    chat = services.chat_of(message.thread)
    if chat is None:
        return None
    dialog = Dialog(
        id="request", title=TITLE, question=QUESTION, placeholder=PLACEHOLDER, thread=message.thread
    )
    try:
        await chat.open_dialog(message.trigger_id, chat.render_dialog(dialog))
    except IntegrationError as error:
        return error
    return None
