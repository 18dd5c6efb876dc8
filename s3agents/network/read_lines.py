"""Lines of a text file, bounded: UTF-8, plain or gzip, of 10 MB each at most. Owns what makes a file unreadable."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from s3agents.errors import SocietyError, explain

__all__ = ["BLOCK_BYTES", "BOM", "LINE_BYTES", "Fault", "check_regular", "open_bytes", "read_lines"]

LINE_BYTES = 10_000_000
BLOCK_BYTES = 1 << 20
BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Fault:
    """The last line that could not be read as text, where that is no error: its number, 0 for none, and why."""

    line: int = 0
    why: str = ""


def check_regular(path: Path) -> None:
    """Raise unless ``path`` is a regular file, so that neither a folder nor a pipe is opened.

    Raises:
        SocietyError: if it is something else, or cannot be looked at.
    """
    try:
        mode = path.stat().st_mode
    except OSError as exc:
        raise _unreadable(path, exc) from exc
    if not stat.S_ISREG(mode):
        got = "a folder" if stat.S_ISDIR(mode) else "something that is no regular file"
        raise SocietyError(explain(str(path), wanted="a file", got=got, remedy="put a file in its place"))


def read_lines(path: Path) -> Iterator[str]:
    """The lines of ``path`` with their ends; a name that ends in ``.gz`` is unpacked, a byte order mark skipped.

    Raises:
        SocietyError: if it is no readable file, is not UTF-8 text, or has a line of more than ``LINE_BYTES``.
    """
    with open_bytes(path) as file:
        yield from _lines(path, file)


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of ``path``; a name that ends in ``.gz`` is unpacked.

    Raises:
        SocietyError: if it is no regular file, or reading fails inside of the block.
    """
    check_regular(path)
    try:
        with _open(path) as file:
            yield file
    except (OSError, EOFError, zlib.error) as exc:
        raise _unreadable(path, exc) from exc


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def _unreadable(path: Path, exc: Exception) -> SocietyError:
    got = getattr(exc, "strerror", None) or f"{type(exc).__name__}: {exc}"
    remedy = ""
    if isinstance(exc, PermissionError):
        remedy = "allow yourself to read it"
    elif isinstance(exc, gzip.BadGzipFile | EOFError | zlib.error):
        remedy = "pack it again with gzip"
    return SocietyError(explain(str(path), wanted="a readable file", got=got, remedy=remedy))


def _lines(path: Path, file: IO[bytes]) -> Iterator[str]:
    """Lines, from a block of whole ones at a time: to decode each by itself would double the time of reading."""
    decoder = _Decoder(path)
    rest = b""
    while data := file.read(BLOCK_BYTES):
        if not decoder.offset and not rest and data.startswith(BOM):
            data, decoder.offset = data[len(BOM) :], len(BOM)
        rest += data
        end = rest.find(b"\n")
        # A block is shorter than the limit, so that only its first line can pass it.
        if (len(rest) if end < 0 else end) > LINE_BYTES:
            got = f"more than {LINE_BYTES:,} bytes"
            raise SocietyError(explain(f"{path}: line {decoder.line}", wanted="a line of 10 MB at most", got=got))
        whole = rest.rfind(b"\n") + 1
        yield from decoder.lines(rest[:whole])
        rest = rest[whole:]
    yield from decoder.lines(rest)


class _Decoder:
    """Turns bytes into lines of text and knows where in the file it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.line = 1

    def lines(self, data: bytes) -> Iterator[str]:
        if b"\0" in data:
            raise self._no_text(data, data.index(0), "is it a binary file?")
        try:
            text = data.decode()
        except UnicodeDecodeError as exc:
            raise self._no_text(data, exc.start, "convert it to UTF-8") from exc
        self.offset += len(data)
        self.line += data.count(b"\n")
        # StringIO ends lines at LF only, where str.splitlines also would at half a dozen other characters.
        return iter(io.StringIO(text, newline="\n"))

    def _no_text(self, data: bytes, at: int, remedy: str) -> SocietyError:
        line = self.line + data.count(b"\n", 0, at)
        got = f"byte 0x{data[at]:02x} at offset {self.offset + at} (line {line})"
        return SocietyError(explain(str(self.path), wanted="text in UTF-8", got=got, remedy=remedy))
