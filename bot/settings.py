"""Bellhop's own settings, read from the environment here and nowhere else. Each platform's folder owns that platform's.

The embedded default needs none of them. An empty variable counts as not set.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigurationError

# A host and perhaps a path below it: no name, password, query or fragment.
PUBLIC_URL = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
NOT_PUBLIC = "set it to the address people reach, for example https://bellhop.example.com"


class Settings(BaseSettings):
    """`BELLHOP_*`. A field's `description` is its line in the reference."""

    model_config = SettingsConfigDict(
        env_prefix="BELLHOP_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    database_url: str = Field(
        "",
        description="SQLite file or PostgreSQL: `sqlite:///path` or `postgresql://...`. Default: `bellhop.db` "
        "in the data folder.",
    )
    redis_url: SecretStr = Field(
        SecretStr(""),
        description="`redis://...` of a Redis you run. Default: an embedded redis-server with its file in the "
        "data folder.",
    )
    data_dir: Path = Field(
        Path("data"),
        description="Folder for the database, the embedded Redis, mirrors, workspaces and agent homes.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field(
        "",
        description="Address under which people reach Bellhop from outside, such as `https://bellhop.example.com`; for "
        "the links it gives them.",
    )
    name: str = Field(
        "bellhop",
        pattern=r"^[A-Za-z][A-Za-z0-9-]{0,38}$",
        description="The name that is mentioned and typed after the slash.",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto`: console on a terminal, JSON elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is written."
    )

    dispatcher: Literal["on", "off"] = Field(
        "on", description="`off` keeps deliveries without working on them (for measuring and maintenance)."
    )
    workers: int = Field(2, ge=0, le=64, description="Worker processes that `all` and `worker` start.")
    lease_seconds: float = Field(
        10.0,
        ge=2,
        le=120,
        description="How long a job's worker may be silent before it is looked for; silent for three times as long, it "
        "counts as lost unless it is seen alive.",
    )
    renew_seconds: float = Field(
        3.0, ge=0.2, le=30, description="How often a worker renews its lease and looks for a cancel."
    )
    max_attempts: int = Field(
        3, ge=1, le=10, description="How often a job is started when its worker is lost."
    )
    job_timeout_seconds: float = Field(3600.0, ge=1, description="Longest time one job may run.")
    idle_timeout_seconds: float = Field(
        600.0, ge=1, description="Longest time an agent or a check may be silent."
    )
    max_jobs_per_person: int = Field(10, ge=1, description="Queued and running jobs one person may have.")
    max_jobs_per_repository: int = Field(
        50, ge=1, description="Queued and running jobs one repository may have."
    )
    max_answers_per_hour: int = Field(
        500,
        ge=1,
        description="Answers one person gets in one repository each hour (GitHub itself lets an account write about "
        "500); after that silence, except for cancelling.",
    )
    retention_days: int = Field(
        30, ge=1, description="How long deliveries and the keys against repeats are kept."
    )
    job_retention_days: int = Field(
        90, ge=1, description="How long the log of an ended job is kept, and what was sent or given up."
    )
    idle_retention_days: int = Field(
        90, ge=1, description="How long an agent's home and a repository's mirror are kept without a use."
    )

    agent: str = Field("scripted", description="The agent that jobs use unless they name another.")
    agent_scripts: str = Field(
        "", description="Folder of the scripted agent's YAML scripts. Default: the playground's."
    )
    branch_prefix: str = Field(
        "bellhop", pattern=r"^[a-z0-9][a-z0-9._-]*$", description="First part of the branches Bellhop pushes."
    )
    commit_name: str = Field(
        "", description="Author name of commits. Default: Bellhop's account on the platform."
    )
    commit_email: str = Field(
        "", description="Author address of commits. Default: the platform's no-reply address of that account."
    )
    signing_key: str = Field("", description="Path of an SSH key that signs commits.")
    sign_off: bool = Field(
        False,
        description="Add `Signed-off-by` trailers (DCO) for the account that commits and for the requester.",
    )
    co_author: bool = Field(True, description="Add a `Co-authored-by` trailer for the requester.")
    max_changed_files: int = Field(100, ge=1, description="Largest number of files a change may touch.")
    max_changed_lines: int = Field(
        5000, ge=1, description="Largest number of lines a change may add and delete."
    )

    http_proxy: str = Field("", description="Proxy for calls to platforms.")
    ca_bundle: str = Field("", description="PEM file of additional certificate authorities.")

    @field_validator("public_url")
    @classmethod
    def _trim(cls, url: str) -> str:
        return url.strip().rstrip("/")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.public_url and not PUBLIC_URL.fullmatch(self.public_url):
            raise ValueError(f"BELLHOP_PUBLIC_URL: {NOT_PUBLIC}")
        if self.renew_seconds * 2 > self.lease_seconds:
            raise ValueError("BELLHOP_RENEW_SECONDS: set it to less than half of BELLHOP_LEASE_SECONDS")
        return self

    @property
    def database(self) -> str:
        """The database's URL, defaulted."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'bellhop.db').absolute()}"

    @property
    def is_single_host(self) -> bool:
        """SQLite is for one host."""
        return self.database.startswith("sqlite")

    @property
    def is_redis_embedded(self) -> bool:
        """No Redis was named: we run one."""
        return not self.redis_url.get_secret_value()


def load(**given: object) -> Settings:
    """The settings from the environment. Raises ConfigurationError: the first thing wrong, on one line."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        if not field:
            setting, _, remedy = str(first["msg"]).removeprefix("Value error, ").partition(": ")
            raise ConfigurationError(setting, remedy) from None
        raise ConfigurationError(
            f"BELLHOP_{field.upper()}", f"{first['msg']} (given: {first['input']!r})"
        ) from None


def search_path() -> str:
    """Where programs are looked for: ours, for agents and checks too."""
    return os.environ.get("PATH", os.defpath)


def child_environment(**extra: str) -> dict[str, str]:
    """This process's environment for a process of our own kind, with `extra`. Agents and checks never get it."""
    return {**os.environ, **{name: value for name, value in extra.items() if value}}


def adopt(**values: str) -> None:
    """Settings that were found out at the start, for whoever reads the environment after this, children included."""
    os.environ.update(values)
