"""The addresses that objects carry, all on the playground's own port."""

from dataclasses import dataclass
from urllib.parse import quote

from playground.slack.records import File, Message


@dataclass(frozen=True)
class Links:
    """Builds URLs below `base` (`http://host:port`, no trailing slash)."""

    base: str

    @property
    def api(self) -> str:
        """The Web API's root with the slash that clients' base URLs have."""
        return f"{self.base}/api/"

    @property
    def control(self) -> str:
        """The control door."""
        return f"{self.base}/_playground"

    def message(self, message: Message) -> str:
        """A permalink. docs.slack.dev/reference/methods/chat.getPermalink"""
        link = f"{self.base}/archives/{message.channel.id}/p{message.ts.replace('.', '')}"
        if message.thread_ts and message.thread_ts != message.ts:
            link += f"?thread_ts={message.thread_ts}&cid={message.channel.id}"
        return link

    def file(self, file: File, *, is_download: bool = False) -> str:
        """Where the bytes are, for whoever has a token. A name may hold whatever a person types."""
        middle = "download/" if is_download else ""
        return f"{self.base}/files-pri/{file.user.team_id}-{file.id}/{middle}{quote(file.name, safe='')}"

    def shown_file(self, file: File) -> str:
        """Where people look at it."""
        return f"{self.base}/files/{file.user.id}/{file.id}/{quote(file.name, safe='')}"

    def socket(self, ticket: str, app_id: str) -> str:
        """Where Socket Mode connects."""
        return f"{self.base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={app_id}"
