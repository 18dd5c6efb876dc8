"""ChromaCollection: the synchronous side of :class:`~s3agents.memory.chroma.ChromaStore`: one Chroma collection.

Its vectors are unit vectors, and its space is ``ip``: the inner product, hence the cosine, of what was put in. In the
space ``cosine`` Chroma scales the vectors once more when they enter its index, and gives back other bits than it took.

Recall asks for texts by their ids, never for the nearest of all. So the graph of neighbours is kept small, and a text
is metadata rather than a document, which Chroma would index by each three letters of it: that takes a write from 0.35
to 0.15 ms of CPU a text.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import SplitResult, urlsplit

import numpy as np

from s3agents.errors import InputError, MemoryStoreError, explain
from s3agents.ids import TextId, text_id
from s3agents.memory.base import StoredText
from s3agents.memory.recent import stored_text

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client

__all__ = ["ChromaCollection", "collection_name"]

_SPACE: Final = "ip"
_NEIGHBOURS, _EFFORT = 4, 8
_TEXT = "text"
_ESCAPED = "\x1bjson:"
_UNUSUAL = re.compile(r"[^A-Za-z0-9_-]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class ChromaCollection:
    """One collection, opened at first use; all of its methods belong on one thread, since they block.

    Args:
        place: folder of an embedded Chroma, or address of a server.
        name: of the collection.
        embedder: name of what makes the vectors; the collection remembers it and takes no other.
        timeout: seconds to wait for a server's answer.

    Attributes:
        began_empty: whether there was no text when it was opened.

    Raises:
        InputError: if the address is none.
    """

    def __init__(self, place: Path | str, *, name: str, embedder: str, timeout: float) -> None:
        self._place = place
        self._server = _checked(place) if isinstance(place, str) else None
        self._name = name
        self._embedder = embedder
        self._timeout = timeout
        self._client: Client | None = None
        self._opened: Collection | None = None
        self._sessions: list[Any] = []
        self._batch = 0
        self.began_empty = False

    @property
    def is_open(self) -> bool:
        """Whether it has been opened."""
        return self._opened is not None

    def open(self) -> None:
        """Open the collection, or make it. Safe to repeat.

        Raises:
            MemoryStoreError: if it cannot be opened, or was filled by another embedder.
        """
        if self._opened is not None:
            return
        with self._translating("cannot be opened"):
            self._client = self._connect()
            self._batch = self._client.get_max_batch_size()
            collection = self._client.get_or_create_collection(
                self._name,
                configuration={"hnsw": {"space": _SPACE, "max_neighbors": _NEIGHBOURS, "ef_construction": _EFFORT}},
                metadata={"embedder": self._embedder},
                embedding_function=None,
            )
            self._check(collection)
            found = collection.get(limit=1, include=["embeddings"])  # a damaged index shows when it is read
            self._opened, self.began_empty = collection, not found["ids"]

    def missing(self, ids: Sequence[TextId]) -> list[TextId]:
        """Those of ``ids`` that are not there."""
        collection = self._collection()
        known: set[str] = set()
        with self._translating("cannot be read"):
            for part in self._parts(ids):
                known.update(collection.get(ids=list(part), include=[])["ids"])
        return [key for key in ids if key not in known]

    def insert(self, texts: Mapping[TextId, StoredText]) -> None:
        """Keep ``texts``; what is there stays."""
        collection = self._collection()
        with self._translating("cannot be written"):
            for part in self._parts(list(texts)):
                collection.add(
                    ids=list(part),
                    embeddings=np.stack([texts[key].vector for key in part]),
                    metadatas=[{_TEXT: _escape(texts[key].text)} for key in part],
                )

    def fetch(self, ids: Sequence[TextId]) -> dict[TextId, StoredText]:
        """The texts of ``ids``; those that are not there are left out."""
        collection = self._collection()
        found: dict[TextId, StoredText] = {}
        with self._translating("cannot be read"):
            for part in self._parts(ids):
                rows = collection.get(ids=list(part), include=["embeddings", "metadatas", "documents"])
                vectors = np.asarray(rows["embeddings"], dtype=np.float32)
                texts = map(_text_of, rows["metadatas"] or (), rows["documents"] or ())
                for key, text, vector in zip(rows["ids"], texts, vectors, strict=True):
                    found[TextId(key)] = stored_text(text, vector)
        return found

    def count(self) -> int:
        """Number of texts."""
        collection = self._collection()
        with self._translating("cannot be read"):
            return collection.count()

    def close(self) -> None:
        """Let go of files and connections. Safe to repeat."""
        client, self._client, self._opened = self._client, None, None
        if client is not None:
            with self._translating("cannot be closed"):
                client.close()
                for session in self._sessions:  # Chroma forgets to
                    session.close()

    def _collection(self) -> Collection:
        self.open()
        if self._opened is None:
            raise MemoryStoreError(f"{self._place}: the collection is closed")
        return self._opened

    def _parts(self, ids: Sequence[TextId]) -> Iterator[Sequence[TextId]]:
        return (ids[start : start + self._batch] for start in range(0, len(ids), self._batch))

    def _connect(self) -> Client:
        if self._server is not None:
            _knock(self._server, self._timeout)
        import chromadb
        from chromadb.config import Settings

        settings = Settings(_env_file=None, anonymized_telemetry=False)
        if self._server is None:
            Path(self._place).mkdir(parents=True, exist_ok=True)
            return cast("Client", chromadb.PersistentClient(path=self._place, settings=settings))
        host, ssl = self._server.hostname or "", self._server.scheme == "https"
        client: Any = chromadb.HttpClient(host=host, port=_port(self._server), ssl=ssl, settings=settings)
        self._sessions = [owner._server._session for owner in (client, client._admin_client)]
        for session in self._sessions:  # no setting reaches them
            session.timeout = self._timeout
        return cast("Client", client)

    def _check(self, collection: Collection) -> None:
        thing = f"collection {self._name} in {self._place}"
        embedder = (collection.metadata or {}).get("embedder", "somebody else")
        if embedder != self._embedder:
            remedy = "take that embedder, or another folder or collection"
            wanted, got = f"vectors of {self._embedder}", f"vectors of {embedder}"
            raise MemoryStoreError(explain(thing, wanted=wanted, got=got, remedy=remedy))
        space = (collection.configuration.get("hnsw") or {}).get("space", _SPACE)
        if space != _SPACE:
            raise MemoryStoreError(explain(thing, wanted=f"the space {_SPACE}", got=str(space)))

    @contextmanager
    def _translating(self, what: str) -> Iterator[None]:
        try:
            yield
        except (MemoryStoreError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as exc:  # a panic of Chroma's core is no Exception
            why = str(exc) or type(exc).__name__
            raise MemoryStoreError(f"Chroma in {self._place} {what}: {why} ({self._remedy})") from exc

    @property
    def _remedy(self) -> str:
        if self._server is not None:
            return "is the server running, and memory.store its address?"
        return "if there is room on the disk, delete the folder: it is rebuilt from the record on resume"


def collection_name(run: str) -> str:
    """Name of the collection of ``run`` on a server: one that any Chroma takes, and no two runs share.

    At most 63 characters, the limit of servers before 1.0, of letters, digits, dashes and underscores; it ends in a
    digest of the run's name.
    """
    return f"s3-{_UNUSUAL.sub('-', run)[:40]}-{text_id(run)[:16]}"


def _knock(server: SplitResult, timeout: float) -> None:
    """See that a Chroma server answers: Chroma's own client would wait for ever for one that does not."""
    kind = http.client.HTTPSConnection if server.scheme == "https" else http.client.HTTPConnection
    connection = kind(server.hostname or "", _port(server), timeout=timeout)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status not in (200, 401, 403):
        raise MemoryStoreError(explain(server.geturl(), wanted="a Chroma server", got=f"status {status}"))


def _port(server: SplitResult) -> int:
    return server.port or (443 if server.scheme == "https" else 80)


def _checked(url: str) -> SplitResult:
    wanted = "the address of a Chroma server, http://HOST:PORT or https://HOST:PORT"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.path not in ("", "/") or "@" in url:
        raise InputError(explain("memory.store", wanted=wanted, got="one with '@'" if "@" in url else repr(url)))
    return parts


def _escape(text: str) -> str:
    """``text`` as Chroma takes it, which is UTF-8: lone surrogates are written as JSON writes them."""
    if _LONE_SURROGATE.search(text) or text.startswith(_ESCAPED):
        return _ESCAPED + json.dumps(text)
    return text


def _text_of(metadata: Mapping[str, Any] | None, document: str | None) -> str:
    """The text of a row; collections made by versions before 0.5 have it as the document."""
    return _unescape((metadata or {}).get(_TEXT, document))


def _unescape(text: Any) -> str:
    """Inverse of :func:`_escape`."""
    return str(json.loads(text[len(_ESCAPED) :])) if text.startswith(_ESCAPED) else str(text)
