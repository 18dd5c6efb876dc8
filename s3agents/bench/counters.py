"""Counters: what an endpoint says of itself under ``/metrics``, by the names of vLLM, and what it said meanwhile."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import urlopen

__all__ = ["Counters", "parse_metrics", "read_metrics"]

_LINE = re.compile(r"^([A-Za-z_:][\w:]*)(?:\{[^}]*\})?\s+([-+.\deE]+|NaN|[+-]?Inf)(?:\s+\d+)?$")
_SECONDS = 10.0
_OLDER = {"vllm:prefix_cache_queries_total": "vllm:gpu_prefix_cache_queries_total"}
_OLDER["vllm:prefix_cache_hits_total"] = "vllm:gpu_prefix_cache_hits_total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What was added to an endpoint's counters while something was measured; all are ``None`` where it has none.

    Attributes:
        prompt_tokens: tokens of prompts.
        reply_tokens: tokens generated.
        cache_queries: tokens that were looked up in the prefix cache.
        cache_hits: tokens that were found there.
        cpu_seconds: processor time of its process.
        slot_seconds: seconds that slots were taken, summed over slots; the stub alone tells.
        full_seconds: seconds during which all slots were; likewise.
    """

    prompt_tokens: float | None = None
    reply_tokens: float | None = None
    cache_queries: float | None = None
    cache_hits: float | None = None
    cpu_seconds: float | None = None
    slot_seconds: float | None = None
    full_seconds: float | None = None

    @classmethod
    def between(cls, before: Mapping[str, float], after: Mapping[str, float]) -> Counters:
        """From two readings."""
        names = {
            "prompt_tokens": "vllm:prompt_tokens_total",
            "reply_tokens": "vllm:generation_tokens_total",
            "cache_queries": "vllm:prefix_cache_queries_total",
            "cache_hits": "vllm:prefix_cache_hits_total",
            "cpu_seconds": "process_cpu_seconds_total",
            "slot_seconds": "stub:slot_seconds_total",
            "full_seconds": "stub:full_seconds_total",
        }
        return cls(**{key: _difference(before, after, name) for key, name in names.items()})

    @property
    def hit_rate(self) -> float | None:
        """Share of the prompt tokens that were in the prefix cache."""
        if not self.cache_queries or self.cache_hits is None:
            return None
        return self.cache_hits / self.cache_queries


def parse_metrics(text: str) -> dict[str, float]:
    """The samples of a page of metrics by name, summed over their labels."""
    sums: dict[str, float] = defaultdict(float)
    for line in text.splitlines():
        if (match := _LINE.match(line.strip())) is not None:
            sums[match[1]] += float(match[2])
    return dict(sums)


def read_metrics(url: str) -> dict[str, float]:
    """The metrics of the endpoint with base address ``url``; nothing if it tells none."""
    address = f"{url.removesuffix('/').removesuffix('/v1')}/metrics"
    try:
        with urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310  # an HTTP address, checked before
            return parse_metrics(answer.read().decode("utf-8", "replace"))
    except (URLError, OSError, ValueError):
        return {}


def _difference(before: Mapping[str, float], after: Mapping[str, float], name: str) -> float | None:
    if name not in after and name in _OLDER:
        name = _OLDER[name]
    return after[name] - before.get(name, 0.0) if name in after else None
