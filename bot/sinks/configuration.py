"""Which sinks there are: one YAML file, checked as a whole before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Optional, Union
from urllib.parse import urlsplit

from pydantic import BaseModel, Extra, Field, ValidationError, validator

from actions.content import ContentError, read_yaml
from bot.ledger.events import EVENT_TYPE
from bot.settings import LOOPBACK, SettingsError
from bot.sinks.backoff import Backoff, Retries

_SCHEMAS: Final = Path(__file__).resolve().parent.parent / "schemas"
_NAME: Final = re.compile("[a-z0-9][a-z0-9-]{0,31}")
_RETRY_FACTOR: Final = 3.0
# Options of Kafka's clients that would be secrets in the file.
_SECRET: Final = re.compile("password|secret|jaas|key.pem|token")


class SinkOptions(BaseModel):
    """What every kind of sink has: which events it gets, and how often refused ones are tried."""

    types: Optional[frozenset[str]] = None
    tries: int = Field(8, ge=1, le=100)
    first_pause: float = Field(1.0, gt=0, description="seconds after the first refusal")
    longest_pause: float = Field(600.0, gt=0, description="seconds between two tries at the most")

    class Config:
        """A misspelt option is an error."""

        extra = Extra.forbid
        allow_mutation = False

    @validator("types")
    def _are_known(cls, types: frozenset[str] | None) -> frozenset[str] | None:  # noqa: N805
        known = event_types()
        for unknown in sorted(types or ()):
            if unknown not in known:
                raise ValueError(f"{unknown} is none; there are {', '.join(sorted(known))}")
        return types

    @property
    def retries(self) -> Retries:
        """The tries and pauses."""
        return Retries(self.tries, Backoff(self.first_pause, self.longest_pause, _RETRY_FACTOR))


class RedisOptions(SinkOptions):
    """A stream of a Redis server, whose address is in the variable ``url_env``."""

    kind: Literal["redis"]
    url_env: str = "JINGZHONG_REDIS_URL"
    prefix: str = Field("jz", regex="^[a-z0-9:_-]+$")


class WebhookOptions(SinkOptions):
    """An address to which each event is posted, with the variable that holds the secrets to sign with."""

    kind: Literal["webhook"]
    url: str
    secret_env: str
    timeout: float = Field(10.0, gt=0, le=120)
    parallel: int = Field(8, ge=1, le=64)

    @validator("url")
    def _is_an_address(cls, url: str) -> str:  # noqa: N805
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it begins with https:// and a host")
        if parts.username or parts.password:
            raise ValueError("a name and a password do not belong in it; requests are signed")
        return url


class KafkaOptions(SinkOptions):
    """A topic; ``secret_env`` names the variable with the password for SASL where that is used."""

    kind: Literal["kafka"]
    servers: str
    topic: str = Field(..., regex=r"^[A-Za-z0-9._-]{1,249}$")
    timeout: float = Field(30.0, ge=1, le=600)
    secret_env: Optional[str] = None
    options: dict[str, Union[bool, int, float, str]] = Field(default_factory=dict)

    @validator("options")
    def _holds_no_secret(cls, options: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        for name in options:
            if _SECRET.search(name):
                raise ValueError(
                    f"{name} would be a secret in the file; name its variable in secret_env"
                )
        return options


class FilesOptions(SinkOptions):
    """A folder, counted from the data directory, with files of JSON lines or, for signals, CSV."""

    kind: Literal["files"]
    folder: Path
    format: Literal["jsonl", "csv"] = "jsonl"
    max_megabytes: int = Field(64, ge=1, le=4096)

    @validator("format")
    def _suits_the_types(cls, form: str, values: dict[str, Any]) -> str:  # noqa: N805
        if form == "csv" and values.get("types") not in (None, frozenset({EVENT_TYPE})):
            raise ValueError("csv holds signals alone; leave types out or take jsonl")
        return form


Options = Union[RedisOptions, WebhookOptions, KafkaOptions, FilesOptions]


class _Sink(BaseModel):
    options: Annotated[Options, Field(discriminator="kind")]


@dataclass(frozen=True)
class SinkPlan:
    """One sink as configured; ``place`` begins every error about it."""

    name: str
    options: Options
    place: str

    @property
    def types(self) -> frozenset[str] | None:
        """The types of the events that it gets; ``None`` for all."""
        if isinstance(self.options, FilesOptions) and self.options.format == "csv":
            return frozenset({EVENT_TYPE})
        return self.options.types

    def secret(self, key: str, environment: Mapping[str, str]) -> str:
        """What stands in the environment variable that option ``key`` names.

        Raises:
            SettingsError: when it is not set.
        """
        variable = getattr(self.options, key)
        value = environment.get(variable, "")
        if not value:
            raise SettingsError(f"{self.place}: {key}: the variable {variable} is not set; set it")
        return value


def event_types() -> frozenset[str]:
    """The types of all events that the service writes: each has a schema."""
    return frozenset(f"jingzhong.{path.stem}" for path in _SCHEMAS.glob("*.json"))


def read_sinks(path: Path, *, production: bool) -> list[SinkPlan]:
    """The sinks in the file ``path``; none is an empty mapping ``sinks: {}``.

    Raises:
        SettingsError: with one line that names the file, the sink, the option and the mend.
    """
    try:
        told = read_yaml(path)
    except ContentError as error:
        raise SettingsError(str(error)) from None
    sinks = told.get("sinks")
    if told.keys() - {"sinks"} or not isinstance(sinks, dict):
        raise SettingsError(f"{path}: it should hold one mapping, sinks, of names to sinks")
    return [_plan(path, name, told, production) for name, told in sinks.items()]


def _plan(path: Path, name: object, told: object, production: bool) -> SinkPlan:
    place = f"{path}: sink {name}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise SettingsError(
            f"{place}: a name is of lower-case letters, digits and hyphens, at most 32; rename it"
        )
    try:
        options: Options = _Sink(options=told).options
    except ValidationError as error:
        raise SettingsError(f"{place}: {_mend(error)}") from None
    if production and isinstance(options, WebhookOptions):
        parts = urlsplit(options.url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise SettingsError(f"{place}: url: production sends over https alone; use https://")
    return SinkPlan(name, options, place)


def _mend(error: ValidationError) -> str:
    first = error.errors()[0]
    keys = [str(key) for key in first["loc"][1:] if not str(key).endswith("Options")]
    message = str(first["msg"])
    if first["type"].startswith("value_error.discriminated_union"):
        return "kind: it is one of redis, webhook, kafka, files; correct it"
    if first["type"] == "value_error.extra":
        message = "there is no such option; correct or remove it"
    elif first["type"] == "value_error.missing":
        message = "it is missing; add it"
    return f"{'.'.join(keys)}: {message}" if keys else f"{message}; see docs/sinks.example.yml"
