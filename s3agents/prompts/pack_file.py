"""PackFile: what stands in a pack's ``pack.yaml``: its stages and its words, as values that check themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from string import Formatter
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from s3agents.events import Source
from s3agents.labels import Attitude, Emotion

__all__ = ["FLOWS", "PackFile", "ReplyKind", "StageFile", "Words", "placeholders"]

ReplyKind = Literal["joint", "emotion", "attitude", "act", "write"]

FLOWS: tuple[tuple[ReplyKind, ...], ...] = (("joint",), ("emotion", "attitude", "act", "write"))
"""The replies that the stages of a pack may ask for, in order: all at once, or one after the other as in S3."""

_E = TypeVar("_E", bound=StrEnum)


def placeholders(template: str) -> set[str]:
    """Names of the placeholders of an f-string template.

    Raises:
        ValueError: if its braces do not match, or a placeholder is more than a name.
    """
    names = set()
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"placeholders of the form {{name}}, got {{{name}}} with {spec!r} and {conversion!r}")
        names.add(name)
    return names


def _line(allowed: Collection[str], *, needed: Collection[str] = ()) -> Callable[[str], str]:
    """A check that a line uses no placeholder but ``allowed``, and all of ``needed``."""

    def check(line: str) -> str:
        used = placeholders(line)
        if unknown := used - set(allowed):
            raise ValueError(f"the placeholders {sorted(allowed)} only, not {sorted(unknown)}")
        if missing := set(needed) - used:
            raise ValueError(f"the placeholders {sorted(missing)} in it")
        return line

    return check


def _each(labels: type[_E]) -> Callable[[dict[_E, str]], dict[_E, str]]:
    """A check that there is a word for each of ``labels``."""

    def check(words: dict[_E, str]) -> dict[_E, str]:
        if missing := [label.value for label in labels if label not in words]:
            raise ValueError(f"a word for each of {[label.value for label in labels]}, missing {missing}")
        return words

    return check


Plain = Annotated[str, Field(min_length=1), AfterValidator(_line(()))]
Counted = Annotated[str, AfterValidator(_line({"n"}, needed={"n"}))]
Valued = Annotated[str, AfterValidator(_line({"value"}, needed={"value"}))]
PostLine = Annotated[str, AfterValidator(_line({"n", "author", "source", "text"}, needed={"n", "text"}))]
LabelledLine = Annotated[str, AfterValidator(_line({"post", "label"}, needed={"post", "label"}))]
MemoryLine = Annotated[str, AfterValidator(_line({"source", "age", "time", "text"}, needed={"text"}))]


class _Part(BaseModel):
    """A part of the file: immutable, closed to unknown keys; numbers may stand where a text is wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class _Conviction(_Part):
    firm: Plain
    leaning: Plain


class _Profile(_Part):
    gender: Valued
    age: Valued
    occupation: Valued
    bio: Valued
    between: Annotated[str, AfterValidator(_line(()))] = "\n"


class _Units(_Part):
    minutes: Counted
    hours: Counted
    days: Counted


class _Age(_Part):
    now: Plain
    past: Annotated[str, AfterValidator(_line({"span"}, needed={"span"}))]


class _Time(_Part):
    start: Plain = "0"
    later: Annotated[str, AfterValidator(_line({"span"}, needed={"span"}))] = "{span}"


class _Fading(_Part):
    slow: Plain
    steady: Plain
    fast: Plain


class _Actions(_Part):
    all: Plain
    fresh: Plain


class _Targets(_Part):
    none: Plain
    one: Plain
    many: Counted


class _Answering(_Part):
    none: Plain
    post: Counted


class Words(_Part):
    """The words of one language that are put together in code; everything longer stands in the text files.

    Attributes:
        emotions: each level, as it is told to the model.
        attitudes: each side, as it is told to the model.
        conviction: how sure of that side; ``firm`` from a probability of 0.75 on.
        sources: where a message came from, in a word or two.
        genders: names of genders; one that is not here is told as the data have it.
        profile: what a profile has for each known attribute, and what stands between two of them (a line break).
        unknown: the profile of somebody of whom nothing is known, and the name of somebody without one.
        memory: the line of a memory.
        no_memories: what stands in place of memories where there are none.
        post: the line of a post.
        forward: the line of a post that its author forwards.
        labelled: the line of either with a note of the platform.
        no_posts: what stands in place of posts where there are none.
        age: how long ago something was.
        time: when something was, counted from tick 0, which was the ``start`` (0 and the bare span).
        units: spans of time.
        fading: how fast emotions fade, in a word: below 0.15, below 0.5, and from there on.
        actions: the actions on offer, with and without posts to forward.
        targets: the numbers on offer for a post's number.
        answering: what a post of one's own is: new, or an answer.
    """

    emotions: Annotated[dict[Emotion, Plain], AfterValidator(_each(Emotion))]
    attitudes: Annotated[dict[Attitude, Plain], AfterValidator(_each(Attitude))]
    conviction: _Conviction
    sources: Annotated[dict[Source, Plain], AfterValidator(_each(Source))]
    genders: dict[str, Plain] = Field(default_factory=dict)
    profile: _Profile
    unknown: Plain
    memory: MemoryLine
    no_memories: Plain
    post: PostLine
    forward: PostLine
    labelled: LabelledLine = "{post} <{label}>"
    no_posts: Plain
    age: _Age
    time: _Time = _Time()
    units: _Units
    fading: _Fading
    actions: _Actions
    targets: _Targets
    answering: _Answering


class StageFile(_Part):
    """One call to the model.

    Attributes:
        name: how records and seeds call it.
        reply: the reply it asks for.
        parts: text files (without ``.txt``) that make up the user message, in order.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    reply: ReplyKind
    parts: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")], ...] = Field(min_length=1)


class PackFile(_Part):
    """The whole file.

    Attributes:
        name: of the pack.
        language: of its texts.
        version: raised when a text changes.
        prompt_tokens: most tokens of a prompt, by a safe estimate; longer texts of users are shortened. No limit
            without one.
        least_tokens: no text is cut to less for the sake of ``prompt_tokens`` as long as another can be left out.
        memories: how those that came to mind are ordered: by ``influence``, the most influential first, or by
            ``source``, the agent's own words before those of friends, followees and others, and the oldest first.
        stages: the calls of a turn, in order.
        words: see :class:`Words`.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    language: str = Field(min_length=2)
    version: str = Field(min_length=1)
    prompt_tokens: int | None = Field(default=None, ge=1)
    least_tokens: int = Field(default=10, ge=1)
    memories: Literal["influence", "source"] = "influence"
    stages: tuple[StageFile, ...]
    words: Words

    @model_validator(mode="after")
    def _known_flow(self) -> Self:
        flow = tuple(stage.reply for stage in self.stages)
        if flow not in FLOWS:
            raise ValueError(f"stages with the replies {' or '.join(map(str, FLOWS))}, got {flow}")
        if len({stage.name for stage in self.stages}) < len(self.stages):
            raise ValueError("stages of different names")
        return self
