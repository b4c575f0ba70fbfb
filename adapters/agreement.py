"""Whether the settings agree with each other and with what is installed, before anything is started."""

from __future__ import annotations

from pathlib import Path

from adapters import redis
from adapters.agents import AGENTS
from adapters.storage import open_storage
from bot.errors import ConfigurationError
from bot.settings import Settings

NO_AGENT = "no agent {name!r}; there is {known}"
NO_KEY = "there is no file {path}"


def check(settings: Settings) -> None:
    """Raises ConfigurationError: the first thing wrong, on one line. Connects to nothing."""
    open_storage(settings.database)
    if not settings.is_redis_embedded:
        redis.connect(settings.redis_url).close()
    if settings.agent not in AGENTS:
        known = ", ".join(AGENTS)
        raise ConfigurationError("BELLHOP_AGENT", NO_AGENT.format(name=settings.agent, known=known))
    if settings.signing_key and not Path(settings.signing_key).is_file():
        raise ConfigurationError("BELLHOP_SIGNING_KEY", NO_KEY.format(path=settings.signing_key))


def make_data_folder(settings: Settings) -> None:
    """Readable by us alone: it holds deliveries, mirrors of private repositories and the Redis password."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            "BELLHOP_DATA_DIR", f"set it to a writable folder ({error.strerror})"
        ) from error
