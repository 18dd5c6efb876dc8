"""PrefixCache: what vLLM's automatic prefix caching would find of a prompt, counted in tokens as vLLM counts it."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ["PrefixCache"]

_TOKEN_BYTES = 4
_BLOCK_TOKENS = 16
_BLOCK_BYTES = _TOKEN_BYTES * _BLOCK_TOKENS


class PrefixCache:
    """Blocks of 16 tokens, each known together with everything before it; the one used longest ago goes first.

    The stub has no tokenizer: four bytes are a token. As in vLLM, only whole blocks are cached, and the last token of a
    prompt is computed in any case.

    Args:
        blocks: most blocks kept.

    Attributes:
        queries: tokens looked up (``vllm:prefix_cache_queries_total``).
        hits: tokens found (``vllm:prefix_cache_hits_total``).
    """

    def __init__(self, blocks: int = 65_536) -> None:
        self.queries = self.hits = 0
        self._most = blocks
        self._known: OrderedDict[int, None] = OrderedDict()

    def look_up(self, prompt: bytes, tokens: int) -> int:
        """Count ``prompt`` of so many ``tokens``, and keep it; how many of them were found."""
        known, key, found, searching = self._known, 0, 0, True
        for start in range(0, len(prompt) - _BLOCK_BYTES, _BLOCK_BYTES):
            key = hash((key, prompt[start : start + _BLOCK_BYTES]))
            searching = searching and key in known
            if searching:
                known.move_to_end(key)
                found += _BLOCK_TOKENS
            else:
                known[key] = None
        while len(known) > self._most:
            known.popitem(last=False)
        self.queries += tokens
        self.hits += found
        return found
