"""What agents remember: capacity, weights of influence, the store and the embedder."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from s3agents.config.plugins import KindName, Options
from s3agents.config.section import Address, Section
from s3agents.events import Source

__all__ = ["AUTHENTICITY", "EmbedderSection", "MemorySection", "WeightsSection"]

Weight = Annotated[float, Field(ge=0.0, le=100.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class WeightsSection(Section):
    """Weights of the influence of a memory (S3 section 4.1).

    Attributes:
        recency: of the forgetting function of its age.
        relevance: of its cosine to the reader's attributes.
        authenticity: of the score of its source.
        cue: of its cosine to what is being read now; used in recall only. S3 has no such term: 0 gives S3's sum.
    """

    recency: Weight = 1.0
    relevance: Weight = 1.0
    authenticity: Weight = 1.0
    cue: Weight = 1.0


AUTHENTICITY = {Source.SELF: 1.0, Source.MUTUAL: 0.8, Source.FOLLOWEE: 0.6, Source.PLATFORM: 0.4}


def _fill_sources(given: dict[Source, float]) -> dict[Source, float]:
    return {**AUTHENTICITY, **given}


class EmbedderSection(Section):
    """How texts become vectors.

    Attributes:
        kind: ``hashing``, ``minilm``, ``openai`` (any ``/v1/embeddings``), ``langchain``, or the name of a plugin of
            ``s3agents.embedder``.
        dimensions: length of a vector of ``hashing``.
        url: base address of ``openai``, such as ``http://127.0.0.1:8000/v1``.
        key_env: environment variable that holds the key of ``openai``.
        model: model of ``openai`` or name of a ``minilm`` model folder.
        path: import path of ``langchain``: ``package.module:Class``.
        options: keyword arguments for the ``langchain`` class, or for that of a plugin.
    """

    kind: KindName = "hashing"
    dimensions: int = Field(default=256, ge=16, le=4096)
    url: Address | None = None
    key_env: str = "OPENAI_API_KEY"
    model: str | None = None
    path: str | None = None
    options: Options = Field(default_factory=dict)


class MemorySection(Section):
    """The memory of every agent.

    Attributes:
        capacity: most memories in a pool; the least influential is evicted.
        recall: most memories that a turn looks at.
        half_life: ticks after which a memory has half of its recency.
        weights: weights of the influence.
        authenticity: score of each source (S3 section 4.1, "Message Authenticity").
        store: ``chroma`` (in the run's folder), ``local`` (in memory), or the address of a Chroma server.
        embedder: how texts become vectors.
    """

    capacity: int = Field(default=32, ge=1, le=4096)
    recall: int = Field(default=4, ge=0, le=64)
    half_life: float = Field(default=6.0, gt=0.0)
    weights: WeightsSection = WeightsSection()
    authenticity: Annotated[dict[Source, Share], AfterValidator(_fill_sources)] = Field(
        default_factory=lambda: dict(AUTHENTICITY)
    )
    store: Address = Field(default="chroma", pattern=r"^(chroma|local|https?://\S+)$")
    embedder: EmbedderSection = EmbedderSection()
