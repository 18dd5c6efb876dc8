"""Facts: the parts of a manifest: over whom a run went, which prompts and model it used, and with which versions."""

from __future__ import annotations

import platform
from importlib import metadata

from pydantic import AwareDatetime, BaseModel, ConfigDict

from s3agents import __version__
from s3agents.config.section import Address, later

__all__ = [
    "Facts",
    "ForkFacts",
    "LearntFacts",
    "LoadRow",
    "ModelFacts",
    "PluginUse",
    "PromptFacts",
    "Resumption",
    "SocietyFacts",
    "Software",
]

_LIBRARIES = ("autogen-agentchat", "chromadb", "langchain-core", "nats-py", "networkx", "numpy", "pydantic")


class Facts(BaseModel):
    """A part of a manifest: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LoadRow(Facts):
    """A line of the account of how a society was loaded; see :class:`s3agents.network.load_report.ReportRow`."""

    file: str
    read: int
    kept: int
    reason: str = ""
    dropped: int = 0
    example: str = ""


class SocietyFacts(Facts):
    """Over whom the run went.

    Attributes:
        name: what tables call the society.
        origin: folder, or name of a networkx graph, that the scenario gives.
        digest: of users, edges and history.
        users: how many.
        edges: follow edges among them.
        report: what became of the rows it was loaded from.
    """

    name: str
    origin: str
    digest: str
    users: int
    edges: int
    report: tuple[LoadRow, ...] = ()


class PromptFacts(Facts):
    """A prompt pack in use."""

    name: str
    language: str
    version: str
    sha256: str


class ForkFacts(Facts):
    """Where a run branched off from another.

    Attributes:
        run: folder of the other.
        tick: the last one that both share.
    """

    run: str
    tick: int


class LearntFacts(Facts):
    """A learnt model in use.

    Attributes:
        name: its own.
        digest: of all that it is.
        parts: what it has learnt; textbook models stand in for the rest.
    """

    name: str
    digest: str
    parts: tuple[str, ...] = ()


class PluginUse(Facts):
    """A plugin that the scenario names.

    Attributes:
        group: extension point.
        name: by which the scenario calls it.
        distribution: package that offers it.
        version: of that package.
    """

    group: str
    name: str
    distribution: str
    version: str


class ModelFacts(Facts):
    """The model that agents asked."""

    backend: str
    name: str
    url: Address | None = None


class Software(Facts):
    """Versions: of s3agents, of Python, and of the libraries that a result may depend on."""

    s3agents: str
    python: str
    libraries: dict[str, str]

    @classmethod
    def here(cls) -> Software:
        """The versions of this process."""
        return cls(
            s3agents=__version__,
            python=platform.python_version(),
            libraries={name: version for name in _LIBRARIES if (version := _version(name)) is not None},
        )


class Resumption(Facts):
    """When a run went on, and with which versions, of plugins where the scenario names any."""

    at: AwareDatetime
    software: Software
    plugins: tuple[PluginUse, ...] = later(())


def _version(library: str) -> str | None:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None
