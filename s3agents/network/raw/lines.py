"""Lines of raw text files: any encoding, and a line that is no text is told of instead of ending the reading."""

from __future__ import annotations

import codecs
import io
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

from s3agents.network.read_lines import BLOCK_BYTES, BOM, LINE_BYTES, Fault, open_bytes

__all__ = ["is_wide", "raw_lines"]

_WIDE = "utf-16"
_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_wide(encoding: str) -> bool:
    """Whether ``encoding`` is one of those in which a character takes two bytes or four."""
    return codecs.lookup(encoding).name.startswith(_WIDE)


def raw_lines(path: Path, fault: Fault, *, encoding: str = "utf-8") -> Generator[str]:
    """The lines of ``path`` with their ends; a name that ends in ``.gz`` is unpacked, a byte order mark skipped.

    A line that is no text in ``encoding``, holds a NUL or has more than ``LINE_BYTES`` comes all the same, as far as it
    can be read (of one too long, only its end), after it has been noted in ``fault``.

    Args:
        path: the file.
        fault: to be looked at after each line.
        encoding: of the file; one that begins with a byte order mark of UTF-16 is read as UTF-16.

    Raises:
        SocietyError: if it is no readable file.
    """
    with open_bytes(path) as file:
        blocks = _blocks(file)
        first = next(blocks, b"")
        encoding = _WIDE if first.startswith(_WIDE_BOMS) and not is_wide(encoding) else encoding
        chained = _chain(first.removeprefix(BOM), blocks)
        if is_wide(encoding):
            yield from _lines(_narrow(chained, encoding), fault, encoding="utf-8", name=encoding)
        else:
            yield from _lines(chained, fault, encoding=encoding, name=encoding)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: file.read(BLOCK_BYTES), b"")


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _narrow(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8, in which the end of a line is one byte; what is not sound in the one is not in the other."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        yield b"\xff"


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    """Blocks of whole lines, to decode many at once; ``None`` stands for a line of more than ``LINE_BYTES``."""
    rest, skipping = b"", False
    for block in blocks:
        data = block
        if skipping:
            _, found, data = block.partition(b"\n")
            skipping = not found
        rest += data
        end = rest.find(b"\n")
        # A block is shorter than the limit, so that only its first line can pass it.
        if (len(rest) if end < 0 else end) > LINE_BYTES:
            yield None
            skipping = end < 0
            rest = b"" if skipping else rest[end + 1 :]
        if whole := rest.rfind(b"\n") + 1:
            yield rest[:whole]
            rest = rest[whole:]
    if rest:
        yield rest


def _lines(blocks: Iterator[bytes], fault: Fault, *, encoding: str, name: str) -> Iterator[str]:
    number = 1
    for data in _whole_lines(blocks):
        if data is None:
            fault.line, fault.why = number, f"line of more than {LINE_BYTES // 1_000_000} MB"
            yield "\n"
            number += 1
            continue
        text = _decoded(data, encoding)
        if text is not None and "\0" not in text:
            # StringIO ends lines at LF only, where str.splitlines also would at half a dozen other characters.
            yield from io.StringIO(_unmarked(text) if number == 1 else text, newline="\n")
            number += data.count(b"\n")
            continue
        for line in io.BytesIO(data):
            text = _decoded(line, encoding)
            if text is None:
                fault.line, fault.why = number, f"not text in {name.upper()}"
                text = line.decode(encoding, "replace")
            elif "\0" in text:
                fault.line, fault.why = number, "NUL in a line"
            yield _unmarked(text) if number == 1 else text
            number += 1


def _unmarked(text: str) -> str:
    return text.removeprefix("\ufeff")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None
