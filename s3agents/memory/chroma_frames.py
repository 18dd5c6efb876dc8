"""Frames: what travels between a run and the process that holds its Chroma; owns their bytes.

A frame is the lengths of two parts (4 and 8 bytes, little-endian), a head of JSON, and a body of raw bytes: vectors as
float32, one after the other, then texts as UTF-8. Lone surrogates, which neither JSON nor UTF-8 takes, pass as Python's
``surrogatepass`` writes them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

import numpy as np
import orjson

from s3agents.ids import TextId
from s3agents.memory.base import StoredText
from s3agents.memory.recent import stored_text

__all__ = ["Frame", "packed", "read_frame", "unpacked", "write_frame"]

Frame = tuple[dict[str, Any], bytes]
"""A head, and a body."""

_LENGTHS = struct.Struct("<IQ")
_MOST_BYTES = 1 << 32


def write_frame(out: IO[bytes], head: Mapping[str, Any], body: bytes = b"") -> None:
    """Write one frame, and flush.

    Raises:
        OSError: if nobody reads any more.
    """
    told = orjson.dumps(head)
    out.write(_LENGTHS.pack(len(told), len(body)) + told)
    out.write(body)
    out.flush()


def read_frame(read: Callable[[int], bytes]) -> Frame:
    """The next frame.

    Args:
        read: gives so many bytes, or fewer at the end of all.

    Raises:
        EOFError: if there is none, or only a part of one.
        ValueError: if these are no frames.
    """
    lengths = _exactly(read, _LENGTHS.size)
    head, body = _LENGTHS.unpack(lengths)
    if head + body > _MOST_BYTES:
        raise ValueError(f"a frame of {head + body} bytes")
    return orjson.loads(_exactly(read, head)), _exactly(read, body) if body else b""


def packed(texts: Mapping[TextId, StoredText]) -> Frame:
    """``texts`` as what a frame can hold."""
    stored = texts.values()
    spelt = [one.text.encode("utf-8", "surrogatepass") for one in stored]
    vectors = [one.vector.astype(np.float32, copy=False).tobytes() for one in stored]
    head = {"ids": list(texts), "lengths": [len(text) for text in spelt]}
    return head, b"".join((*vectors, *spelt))


def unpacked(frame: Frame) -> dict[TextId, StoredText]:
    """Inverse of :func:`packed`."""
    head, body = frame
    ids, lengths = head["ids"], head["lengths"]
    if not ids:
        return {}
    at = len(body) - sum(lengths)
    vectors = np.frombuffer(body, dtype=np.float32, count=at // 4).reshape(len(ids), -1)
    texts = _cut(body, at, lengths)
    return {TextId(key): stored_text(text, row) for key, text, row in zip(ids, texts, vectors, strict=True)}


def _cut(body: bytes, at: int, lengths: Sequence[int]) -> list[str]:
    texts = []
    for length in lengths:
        texts.append(body[at : at + length].decode("utf-8", "surrogatepass"))
        at += length
    return texts


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    found = read(size)
    if len(found) < size:
        raise EOFError(f"{len(found)} of {size} bytes")
    return found
