"""Scenario: the whole of what a run is asked to do."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.main import IncEx

from s3agents.config.channels import ChannelSection
from s3agents.config.cognition import ActionName, CognitionSection, MindSection, PartSection, TiersSection
from s3agents.config.generate import GenerateSection
from s3agents.config.interventions import InterventionSection
from s3agents.config.memory import MemorySection
from s3agents.config.model import AUTOGEN, HUMAN, PACE, ModelSection
from s3agents.config.nats import NatsSection
from s3agents.config.plugins import KindName, Options, RecorderSection
from s3agents.config.section import Address, Duration, Section, later, without_secrets
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Scalar

__all__ = ["ROOM", "SEED_CHARS", "CompareSection", "LimitsSection", "Scenario", "SeedPost", "SocietySection"]


ROOM = frozenset({"lookahead", "bus_mb", "texts", "record_gb", "replies_gb"})
"""Keys of the limits that say how much room a run may take; they do not shape the record."""

_UNSTEERING = frozenset({"forward", "post", "quote"})
"""Actions that are known to have no effect beside what is published."""

_FITTED = ("forward", "post")
"""What agents of mode ``fitted`` do: it is all that is learnt of."""

SEED_CHARS = 100_000
"""Most characters of a seed post."""


class SocietySection(Section):
    """Where the users and their follow edges come from: one of ``path``, ``networkx``, ``generate`` and ``reader``.

    Attributes:
        path: folder with ``users.*``, ``follows.csv`` and perhaps ``posts.jsonl``; relative to the scenario's file.
        networkx: name of a social graph that ships with networkx, such as ``karate_club``.
        generate: a synthetic society, made when the scenario is played.
        reader: name of a plugin of ``s3agents.society`` that reads or makes it, of ``path`` where that is given.
        options: keyword arguments of the reader.
        sample: keep this many users only, those nearest to ``around`` (breadth first).
        around: ids of users; by default the authors of the seed posts.
    """

    path: str | None = None
    networkx: str | None = None
    generate: GenerateSection | None = None
    reader: KindName | None = later(None)
    options: Options = later({})
    sample: int | None = Field(default=None, ge=1)
    around: tuple[str, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_origin(self) -> SocietySection:
        if self.reader is not None and (self.networkx is not None or self.generate is not None):
            raise ValueError("with reader only path and options")
        if self.reader is None and sum(o is not None for o in (self.path, self.networkx, self.generate)) != 1:
            raise ValueError("exactly one of path, networkx and generate, or a reader")
        if self.options and self.reader is None:
            raise ValueError("options only with reader")
        return self


class SeedPost(Section):
    """A post that enters the run from outside, a forward of such a post, or a selection of either from a file.

    Attributes:
        tick: when it is published; ``adoptions`` tell their own.
        author: id of its author; absent with ``file`` and ``adoptions``.
        text: what it says, of at most 100,000 characters, which any bus carries; only of a post that is no forward.
        attitude: the attitude it expresses; its author holds it from then on. A forward expresses what it forwards.
        emotion: the emotion of its author when publishing.
        forwards: whose seed post ``author`` forwards: the id of an author, for the first seed post of theirs, or the
            id of the seed post (``TICK.N.AUTHOR``). It must come before ``tick``. With ``adoptions``, without it: the
            seed post listed last before them.
        file: a ``posts.jsonl`` to take author and text from (``user_id`` and ``text``).
        adoptions: a CSV file of those who forwarded a post and when, each a forward of its own: ``user_id``, minutes
            from the post in ``t_min``, and in ``kind`` ``forward`` or ``engage``, for all others are left out. What
            happened in the first tick after the post is published a tick after it, and so on.
        where: fields that a line of ``file`` or ``adoptions`` must have to be taken.
        until: take ``adoptions`` up to then, by the time since the post.
    """

    tick: int = Field(default=0, ge=0)
    author: str | None = None
    text: str | None = Field(default=None, min_length=1, max_length=SEED_CHARS)
    attitude: Attitude | None = None
    emotion: Emotion | None = None
    forwards: str | None = Field(default=None, min_length=1)
    file: str | None = None
    adoptions: str | None = None
    where: dict[str, Scalar] = Field(default_factory=dict)
    until: Duration | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> SeedPost:
        names = ("author", "text", "forwards", "file", "adoptions")
        given = {name for name in names if getattr(self, name) is not None}
        kinds = ({"author", "text"}, {"author", "forwards"}, {"file"}, {"adoptions"}, {"adoptions", "forwards"})
        if given not in kinds:
            raise ValueError(
                "either author and text, or file (and where), or author and forwards, or adoptions (and where, until)"
            )
        if self.adoptions is None and self.until is not None:
            raise ValueError("until only with adoptions")
        if self.adoptions is not None and self.tick:
            raise ValueError("no tick with adoptions: it follows from t_min and the tick of the post")
        return self


class CompareSection(Section):
    """A known outcome to hold the final attitudes against.

    Attributes:
        attribute: attribute of the users that tells the real outcome.
        positive: its value for those whose real attitude was positive; any other known value counts as negative.
    """

    attribute: str
    positive: Scalar


class LimitsSection(Section):
    """Bounds of a run.

    Attributes:
        attention: most posts of an inbox that a turn perceives; the rest is delivered and stays unread.
        post_chars: most characters of a post that an agent writes, and that a prompt shows.
        prompt_tokens: most tokens of a prompt, by an estimate that errs on the safe side; longer texts of users are
            shortened. By default as the prompt pack has it, which may set no limit.
        history: most posts of a user's history that enter their memory at the start.
        faults: the run ends when a larger share of the turns of a tick has failed.
        shard: agents that share one consumer on the bus.
        lookahead: ticks that an agent of a run with a model may be ahead of the slowest, as far as nobody whom it
            follows holds it up; 0 begins a tick when the one before it is whole. It does not shape the record.
        inbox: most posts that reach an agent in one tick; of more, a random part does, and the rest is not delivered.
        bus_mb: megabytes of posts under way that the bus may hold; a full bus ends the run, which can be resumed.
        texts: most texts that ``memory.store: local`` holds; a full store ends the run, which can be resumed.
        record_gb: gigabytes that the record may take; a full one ends the run, which can be resumed.
        replies_gb: the same for the record of replies, at some 4 KB a call.
    """

    attention: int = Field(default=8, ge=1, le=1000)
    post_chars: int = Field(default=280, ge=20, le=20000)
    prompt_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    history: int = Field(default=4, ge=0, le=100)
    faults: float = Field(default=0.05, ge=0.0, le=1.0)
    shard: int = Field(default=256, ge=1, le=100_000)
    lookahead: int = Field(default=8, ge=0, le=1000)
    inbox: int = Field(default=10_000, ge=1, le=1_000_000)
    bus_mb: int = Field(default=1024, ge=1, le=1 << 20)
    texts: int = Field(default=5_000_000, ge=1)
    record_gb: float = Field(default=256.0, gt=0.0, le=1e6)
    replies_gb: float = Field(default=256.0, gt=0.0, le=1e6)


class Scenario(Section):
    """What a run is asked to do (S3 sections 3 and 4).

    Attributes:
        name: how folders and tables call it.
        topic: what the society talks about, in a sentence or two.
        question: the question whose "yes" is the positive attitude.
        language: language of the prompts, and of a society that is made, unless that says otherwise.
        ticks: number of ticks.
        tick: what one tick means in time.
        seed: seed of every draw.
        society: users and edges.
        seeds: posts that enter from outside.
        cognition: how agents think.
        memory: what they remember.
        model: the endpoint of mode ``llm``.
        bus: ``auto`` (an embedded NATS server where there is one, else in memory), ``nats``, ``local``, or the
            address of a server: ``nats://host:4222``, or several of one cluster, separated by commas.
        nats: how that server lets one in, and how many of its cluster keep what it is given.
        limits: bounds.
        compare: a known outcome, if there is one.
        interventions: what is done to the society from outside while it lives.
        channels: what the platform recommends, and to whom.
        actions: what an agent can do with its turn, beside nothing: ``forward``, ``post``, ``like``, ``reply``,
            ``quote``, ``follow``, ``unfollow``, or the name of a plugin (see :mod:`s3agents.actions`).
        recorders: told of every tick beside the record, which stays what it is.
        metrics: names of plugins of ``s3agents.metric``, whose numbers stand in the summary of the run.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    topic: str = Field(min_length=1)
    question: str = Field(min_length=1)
    language: Literal["en", "zh"] = "en"
    ticks: int = Field(ge=0, le=1_000_000)
    tick: Duration = timedelta(hours=1)
    seed: int = Field(default=0, ge=0, lt=2**63)
    society: SocietySection
    seeds: tuple[SeedPost, ...] = ()
    cognition: CognitionSection = CognitionSection()
    memory: MemorySection = MemorySection()
    model: ModelSection = ModelSection()
    bus: Address = Field(default="auto", pattern=r"^(auto|local|nats|(nats|tls)://\S+)$")
    nats: NatsSection = NatsSection()
    limits: LimitsSection = LimitsSection()
    compare: CompareSection | None = None
    interventions: tuple[InterventionSection, ...] = later(())
    channels: tuple[ChannelSection, ...] = later(())
    actions: tuple[ActionName, ...] = later(("forward", "post"), min_length=1, validate_default=True)
    recorders: tuple[RecorderSection, ...] = later(())
    metrics: tuple[KindName, ...] = later(())

    @property
    def around(self) -> tuple[str, ...]:
        """Around whom a society is sampled: those it names, or the authors of seed posts that are no forwards."""
        if self.society.around is not None:
            return self.society.around
        return tuple(seed.author for seed in self.seeds if seed.author is not None and seed.text is not None)

    def model_of(self, mind: MindSection) -> ModelSection:
        """What agents of ``mind``, one of this scenario's, are asked with, be it a model or something in its place."""
        own = mind.model if isinstance(mind, PartSection) else None
        model = self.model if own is None else own.over(self.model)
        options: dict[str, Any] = {}
        if mind.mode == AUTOGEN:
            options = self.cognition.options_of(mind)
        elif mind.mode != HUMAN:
            return model
        known = json.dumps(without_secrets(options), sort_keys=True, default=str)  # a manifest has no secrets either
        told = hashlib.sha256(known.encode()).hexdigest()[:12]
        name = f"{mind.mode}/{told}" if options else mind.mode
        return model.model_copy(update={"backend": mind.mode, "options": options, "name": name, "logprobs": False})

    @property
    def models(self) -> dict[str, ModelSection]:
        """The model of each mind that asks one, by the key of that mind."""
        minds = {key: (mind, self.model_of(mind)) for key, mind in self.cognition.named_minds.items()}
        return {key: model for key, (mind, model) in minds.items() if mind.prompts or (mind.plugged and model.named)}

    @property
    def steered(self) -> bool:
        """Whether something is done to the run from outside its agents: each tick then begins when all are done."""
        return bool(self.interventions or self.channels or self.steering_actions)

    @property
    def steering_actions(self) -> tuple[str, ...]:
        """The actions that may have an effect beside what is published."""
        return tuple(name for name in self.actions if name not in _UNSTEERING)

    @property
    def asks_human(self) -> bool:
        """Whether anybody's turns are asked at the terminal."""
        return any(mind.mode == HUMAN for mind in self.cognition.minds)

    def pinned(self) -> Scenario:
        """The scenario, whose sample of a society stays what it is whatever seeds are added."""
        if self.society.sample is None or not self.around:
            return self
        return self.model_copy(update={"society": self.society.model_copy(update={"around": self.around})})

    @field_validator("actions")
    @classmethod
    def _each_once(cls, actions: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for number, name in enumerate(actions) if name in actions[:number]]:
            raise ValueError(f"each action once, {', '.join(twice)} comes again")
        if "inactive" in actions:
            raise ValueError("actions without inactive, which is always possible")
        return actions

    @field_validator("actions")
    @classmethod
    def _all_that_minds_do(cls, actions: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        cognition: CognitionSection | None = info.data.get("cognition")
        for key, mind in cognition.named_minds.items() if cognition is not None else ():
            if missing := [name for name in mind.rules.actions if name not in actions]:
                raise ValueError(f"{', '.join(missing)} among them, for {key}.rules.actions")
            if mind.mode == "fitted" and (missing := [name for name in _FITTED if name not in actions]):
                raise ValueError(f"{', '.join(missing)} among them, for {key}.mode fitted")
        return actions

    @model_validator(mode="before")
    @classmethod
    def _one_language(cls, data: Any) -> Any:
        society = data.get("society") if isinstance(data, dict) else None
        if not isinstance(society, dict) or not isinstance(society.get("generate"), dict) or "language" not in data:
            return data
        generate = {"language": data["language"], **society["generate"]}
        return {**data, "society": {**society, "generate": generate}}

    @model_validator(mode="before")
    @classmethod
    def _learnt_by_default(cls, data: Any) -> Any:
        cognition = data.get("cognition") if isinstance(data, dict) else None
        if not isinstance(cognition, dict) or {"mode", "tiers"} & cognition.keys() or cognition.get("learnt") is None:
            return data
        model = data.get("model")
        if isinstance(model, dict) and ({"url", "backend"} & model.keys()):
            return data
        return {**data, "cognition": {"mode": "fitted", **cognition}}

    def dump(self) -> dict[str, Any]:
        """The scenario as plain values that JSON and YAML take."""
        return self.model_dump(mode="json", exclude_none=True)

    def digest(self) -> str:
        """SHA-256 of what shapes the record: everything but the bus, paths, and how hard the endpoint may be asked."""
        # what the paths of a society lead to is in the digest of the society, and a learnt model has its own beside it
        paths: dict[str, IncEx | bool] = {"path": True, "generate": {"demographics"}, "reader": True, "options": True}
        part: dict[str, IncEx | bool] = {"learnt": True, "model": set(PACE)}
        minds: dict[str, IncEx | bool] = {"learnt": True, "groups": {"__all__": part}}
        minds["tiers"] = dict.fromkeys(TiersSection.model_fields, part)
        left_out: dict[str, IncEx | bool] = {
            "bus": True,
            "nats": True,
            "recorders": True,
            "metrics": True,
            "model": set(PACE),
            "limits": set(ROOM),
            "society": paths,
            "cognition": minds,
        }
        shape = self.model_dump(mode="json", exclude=left_out)
        return hashlib.sha256(json.dumps(shape, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
