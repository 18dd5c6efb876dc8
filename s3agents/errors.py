"""The one error tree: every failure that a caller may want to tell apart.

::

    S3AgentsError
    ├── InputError                 what the user gave is wrong               (exit code 2)
    │   ├── ConfigError            a scenario or other settings, with every wrong key in them
    │   ├── SocietyError           users, follows or posts
    │   ├── PromptError            a prompt pack
    │   └── RunFolderError         a run's folder: missing, taken, not a run
    ├── RunError                   the run cannot go on                      (exit code 1)
    │   ├── FaultLimitError        more turns failed than the scenario allows
    │   ├── BudgetError            the token budget is used up
    │   ├── RecordError            the record cannot be written or read
    │   ├── BusError               the bus lost its server or a post
    │   └── MemoryStoreError       the vector store refused
    └── ModelError                 one reply could not be had                (a fault of one turn)
        ├── EndpointError          the endpoint did not answer, or refused
        ├── ReplyError             it answered, and the answer is not usable
        └── ReplayMissError        a replay met a request that was never recorded

Adapters translate what their vendor raises into this tree (``raise ... from exc``), so that nobody above them imports a
vendor to catch an error.
"""

from __future__ import annotations

__all__ = [
    "BudgetError",
    "BusError",
    "ConfigError",
    "EndpointError",
    "FaultLimitError",
    "InputError",
    "MemoryStoreError",
    "ModelError",
    "PromptError",
    "RecordError",
    "ReplayMissError",
    "ReplyError",
    "RunError",
    "RunFolderError",
    "S3AgentsError",
    "SocietyError",
    "explain",
]


class S3AgentsError(Exception):
    """Root of everything that s3agents raises on purpose."""


class InputError(S3AgentsError):
    """What the user gave is wrong; the message names the thing, what was wanted, what came, and the remedy."""


class ConfigError(InputError):
    """A scenario, or a file of other settings, is wrong; the message lists every wrong key."""


class SocietyError(InputError):
    """The files of a society cannot be read as one."""


class PromptError(InputError):
    """A prompt pack is unknown or unusable."""


class RunFolderError(InputError):
    """A run's folder is missing, taken by another process, or holds something else."""


class RunError(S3AgentsError):
    """The run cannot go on; what was committed stays."""


class FaultLimitError(RunError):
    """More turns failed than the scenario's limit allows."""


class BudgetError(RunError):
    """The token budget of the scenario is used up."""


class RecordError(RunError):
    """The record of the run cannot be written or read."""


class BusError(RunError):
    """The bus lost its server, or a post."""


class MemoryStoreError(RunError):
    """The vector store refused to keep or return a text."""


class ModelError(S3AgentsError):
    """One reply could not be had: the fault of one turn.

    Attributes:
        cause: a short stable word to count faults by, such as ``timeout`` or ``status_500``.
    """

    def __init__(self, message: str, *, cause: str) -> None:
        super().__init__(message)
        self.cause = cause


class EndpointError(ModelError):
    """The endpoint did not answer, or refused.

    Attributes:
        transient: whether asking again may help (429, 5xx, time-outs, dropped connections).
        retry_after: seconds the endpoint asked to wait, where it said so.
    """

    def __init__(self, message: str, *, cause: str, transient: bool, retry_after: float | None = None) -> None:
        super().__init__(message, cause=cause)
        self.transient = transient
        self.retry_after = retry_after


class ReplyError(ModelError):
    """The endpoint answered with something that is not the reply asked for (cut off, no JSON, another schema)."""


class ReplayMissError(ModelError):
    """A replay met a request that the record of replies does not hold."""


def explain(thing: str, *, wanted: str, got: str, remedy: str = "") -> str:
    """The one shape of a message about bad input: ``THING: wanted WANTED, got GOT (REMEDY)``."""
    text = f"{thing}: wanted {wanted}, got {got}"
    return f"{text} ({remedy})" if remedy else text
