"""The store of replies: what goes in comes out, also after the writer was killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from autogen_core import FunctionCall
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, RequestUsage, TopLogprob
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import EndpointError, ModelError, RecordError, ReplayMissError, ReplyError, RunFolderError
from s3agents.llm import reply_store
from s3agents.llm.completion import Completion
from s3agents.llm.reply_codec import decode_error, decode_reply, encode_error, encode_reply
from s3agents.llm.reply_store import ReplyStore
from s3agents.testing.scripted_client import text_result

TEXT = st.text(max_size=12)
TOKENS = st.integers(0, 10**9)
LOGPROB = st.floats(allow_nan=False, allow_infinity=False)
BYTES = st.none() | st.lists(st.integers(0, 255), max_size=6) | TEXT.map(lambda text: list(text.encode()))
TOP = st.builds(TopLogprob, logprob=LOGPROB, bytes=BYTES)
TOKEN = st.builds(
    ChatCompletionTokenLogprob,
    token=TEXT,
    logprob=LOGPROB,
    top_logprobs=st.none() | st.lists(TOP, max_size=3),
    bytes=BYTES,
)
RESULT = st.builds(
    CreateResult,
    finish_reason=st.sampled_from(["stop", "length", "function_calls", "content_filter", "unknown"]),
    content=TEXT | st.lists(st.builds(FunctionCall, id=TEXT, arguments=TEXT, name=TEXT), min_size=1, max_size=2),
    usage=st.builds(RequestUsage, prompt_tokens=TOKENS, completion_tokens=TOKENS),
    cached=st.just(True),
    logprobs=st.none() | st.lists(TOKEN, max_size=4),
    thought=st.none() | TEXT,
)
REPLY = RESULT.map(Completion.of)
ERROR = st.one_of(
    st.builds(
        EndpointError,
        TEXT,
        cause=TEXT,
        transient=st.booleans(),
        retry_after=st.none() | st.floats(0, 1e6),
    ),
    st.builds(ReplyError, TEXT, cause=TEXT),
    st.builds(ReplayMissError, TEXT, cause=TEXT),
    st.builds(ModelError, TEXT, cause=TEXT),
)


def told(text: str) -> Completion:
    """A finished reply of ``text``."""
    return Completion.of(text_result(text))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "replies.sqlite"


@given(RESULT)
def test_a_reply_survives_its_encoding(result: CreateResult) -> None:
    """Decode after encode is identity; text, usage and every log probability are as they were."""
    reply = Completion.of(result)
    again = decode_reply(encode_reply(reply), reply.usage)
    assert again == reply
    assert again.result() == result


def test_records_of_earlier_versions_are_read() -> None:
    """Their replies are JSON, plain or deflated, with packed log probabilities."""
    body = b'["hi","stop",null,[["hi",-0.5,1,[-0.5,"hi",-2.0,[255]]]]]'
    for recorded in (body, zlib.compress(body, 1)):
        reply = decode_reply(recorded, RequestUsage(1, 1))
        assert reply.tokens is not None
        assert reply.tokens.alternatives(0) == [(b"hi", -0.5), (b"\xff", -2.0)]
        assert decode_reply(encode_reply(reply), reply.usage) == reply


def test_a_damaged_reply_is_told(path: Path) -> None:
    """With the file and the key; nobody takes it for a reply that is not there."""
    with ReplyStore(path) as store:
        store.put("k", told("x"))
    for body in (b"x\x9cgarbage", b"(\xb5/\xfdgarbage", b"[1]", b"[", b""):
        connection = sqlite3.connect(path)
        connection.execute("UPDATE replies SET body = ?", (body,))
        connection.commit()
        connection.close()
        with (
            ReplyStore(path) as store,
            pytest.raises(RecordError, match=r"replies\.sqlite: the reply under k is damaged"),
        ):
            store.get("k")


@given(ERROR)
def test_an_error_survives_its_encoding(error: ModelError) -> None:
    """Same class, same words, same attributes."""
    again = decode_error(encode_error(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_text_that_is_no_unicode_survives() -> None:
    """A lone surrogate in a reply is kept as it came."""
    result = Completion.of(text_result("bad \ud800 text"))
    assert decode_reply(encode_reply(result), result.usage).content == "bad \ud800 text"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), REPLY | ERROR, st.booleans()), max_size=12))
def test_a_store_is_a_dictionary_in_which_replies_stay(
    tmp_path_factory: pytest.TempPathFactory, puts: list[tuple[str, Completion | ModelError, bool]]
) -> None:
    """Whenever it is flushed, and after it was closed and opened: a reply is for good, an error gives way."""
    path = tmp_path_factory.mktemp("store") / "replies.sqlite"
    model: dict[str, Completion | ModelError] = {}

    def check(store: ReplyStore) -> None:
        for key in "abc":
            found, wanted = store.get(key), model.get(key)
            same = found == wanted or (str(found) == str(wanted) and type(found) is type(wanted))
            assert same, (key, found, wanted)

    with ReplyStore(path) as store:
        for key, outcome, flush in puts:
            store.put(key, outcome)
            if not isinstance(model.get(key), Completion):
                model[key] = outcome
            if flush:
                store.flush()
            check(store)
    with ReplyStore(path, readonly=True) as store:
        check(store)
        assert len(store) == len(model)
        replies = [outcome for outcome in model.values() if isinstance(outcome, Completion)]
        assert store.tokens() == sum(r.usage.prompt_tokens + r.usage.completion_tokens for r in replies)


def test_entries_are_written_in_batches(path: Path) -> None:
    """Two hundred and fifty-five wait; the next one brings them all to the file."""
    store, other = ReplyStore(path), sqlite3.connect(path)
    for n in range(255):
        store.put(str(n), told("x"))
    assert other.execute("SELECT COUNT(*) FROM replies").fetchone() == (0,)
    store.put("255", told("x"))
    assert other.execute("SELECT COUNT(*) FROM replies").fetchone() == (256,)
    other.close()
    store.close()


def test_what_was_flushed_survives_a_kill(path: Path) -> None:
    """A writer that is killed without a word leaves a store that opens with all it had flushed."""
    program = (
        "import os, signal, sys\n"
        "from s3agents.llm.reply_store import ReplyStore\n"
        "from s3agents.llm.completion import Completion\n"
        "from s3agents.testing.scripted_client import text_result\n"
        "store = ReplyStore(sys.argv[1])\n"
        "for n in range(300): store.put(str(n), Completion.of(text_result(f'reply {n}')))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    with ReplyStore(path) as store:
        assert len(store) == 256
        found = store.get("255")
        assert isinstance(found, Completion)
        assert found.content == "reply 255"
        assert store.get("256") is None
        store.put("256", told("again"))
    with ReplyStore(path, readonly=True) as store:
        assert len(store) == 257


def test_replies_are_as_durable_as_the_record(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was flushed is on the disk, not only with the system: SQLite waits for it at each flush."""
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: made.append(connect(*args, **more)) or made[-1])
    with ReplyStore(path):
        (connection,) = made
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_kill_before_the_table_was_made_leaves_a_usable_file(path: Path) -> None:
    """A file with nothing in it but SQLite's own header is taken over."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with ReplyStore(path) as store:
        store.put("k", told("x"))
        assert len(store) == 1


@pytest.mark.parametrize("content", [b"not a database at all, whatever its name says" * 30, None])
@pytest.mark.parametrize("readonly", [False, True])
def test_another_file_is_not_touched(path: Path, content: bytes | None, readonly: bool) -> None:
    """A text, or a database of something else, is refused and left as it is."""
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE posts (id)")
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(RunFolderError, match="wanted a file of recorded replies"):
        ReplyStore(path, readonly=readonly)
    assert path.read_bytes() == before


def test_a_missing_file_is_made_for_writing_only(path: Path) -> None:
    """To read a record that is not there is an error, and makes no file."""
    with pytest.raises(RunFolderError):
        ReplyStore(path, readonly=True)
    assert not path.exists()
    ReplyStore(path).close()
    assert path.exists()


def test_a_folder_that_is_not_there_is_an_error(path: Path) -> None:
    """It is not made."""
    with pytest.raises(RunFolderError):
        ReplyStore(path / "deeper" / "replies.sqlite")


def test_a_record_on_read_only_ground_can_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written beside it, as SQLite would do for a database in use."""
    with ReplyStore(path) as store:
        store.put("k", told("x"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with ReplyStore(path, readonly=True) as store:
        assert isinstance(store.get("k"), Completion)
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_store_that_cannot_write_says_so_and_keeps_what_it_has(path: Path) -> None:
    """The error names the file; when the obstacle is gone, the batch goes through."""
    with ReplyStore(path) as store:
        store.put("k", told("x"))
        other = sqlite3.connect(path)
        other.execute("DROP TABLE replies")
        with pytest.raises(RecordError, match=r"replies\.sqlite"):
            store.flush()
        with pytest.raises(RecordError):
            store.tokens()
        assert isinstance(store.get("k"), Completion)
        other.execute(
            "CREATE TABLE replies (key TEXT PRIMARY KEY, kind TEXT, body BLOB, prompt_tokens INT, reply_tokens INT)"
        )
        other.close()
        assert len(store) == 1


def test_a_store_that_cannot_be_read_says_so(path: Path) -> None:
    """What was there when it was opened is looked up in the file; if that fails nobody is told "not recorded"."""
    with ReplyStore(path) as store:
        store.put("k", told("x"))
    with ReplyStore(path) as store:
        other = sqlite3.connect(path)
        other.execute("DROP TABLE replies")
        other.close()
        with pytest.raises(RecordError, match=r"replies\.sqlite"):
            store.get("k")


def test_what_is_known_without_a_look_up_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With more entries than are kept in mind the file is asked, and the answers are the same."""
    monkeypatch.setattr(reply_store, "_KNOWN", 2)
    with ReplyStore(path) as store:
        for n in range(5):
            store.put(f"k{n}", told(str(n)))
            store.flush()
        assert [store.get(f"k{n}") is not None for n in range(6)] == [True] * 5 + [False]


def test_closing_twice_is_fine(path: Path) -> None:
    """The second time nothing happens."""
    store = ReplyStore(path)
    store.close()
    store.close()
    with ReplyStore(path) as again:
        assert len(again) == 0


def test_what_is_kept_from_elsewhere_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    """Whether that was written already or not, and for a reply as for an error."""
    path = tmp_path / "replies.sqlite"
    with ReplyStore(path) as store:
        store.put("written", Completion.of(text_result("first")))
        store.flush()
        store.put("pending", Completion.of(text_result("first")))
        second = encode_reply(Completion.of(text_result("second")))
        rows = [(key, "reply", second, 7, 5) for key in ("written", "pending", "new")]
        store.keep(rows)
        store.keep([("new", "error", encode_error(ModelError("no", cause="timeout")), 0, 0)])
    with ReplyStore(path, readonly=True) as store:
        for key in ("written", "pending"):
            found = store.get(key)
            assert isinstance(found, Completion)
            assert (found.content, found.usage.prompt_tokens) == ("second", 7)
        assert isinstance(store.get("new"), ModelError)
        assert store.tokens() == 24
