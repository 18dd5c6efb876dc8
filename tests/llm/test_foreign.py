"""Stock AutoGen clients under our wrappers, and their vendors' errors in our words."""

from __future__ import annotations

import traceback
from pathlib import Path
from random import Random
from typing import Any

import pytest
from autogen_core.models import UserMessage
from autogen_ext.models.replay import ReplayChatCompletionClient

from s3agents.errors import EndpointError, InputError, ModelError, ReplyError
from s3agents.llm.backend import load_backend
from s3agents.llm.base import ChatCompletionClient, ModelWrapper
from s3agents.llm.budget import Purse
from s3agents.llm.foreign import ForeignClient
from s3agents.llm.policies import with_policies
from s3agents.llm.replay import RecordingClient, ReplayClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.testing import ScriptedClient

MESSAGES = [UserMessage(content="hello", source="user")]
STOCK = "autogen_ext.models.replay:ReplayChatCompletionClient"


class StatusError(Exception):
    """As the OpenAI SDK's ``APIStatusError``: a code, and a response with headers."""

    def __init__(self, status: int) -> None:
        super().__init__("vendor's words")
        self.status_code = status
        self.response = type("Response", (), {"headers": {"retry-after": "2", "Retry-After": "2"}})()


class APITimeoutError(Exception):
    pass


class APIConnectionError(Exception):
    pass


async def test_a_stock_client_works_under_every_wrapper(tmp_path: Path) -> None:
    """Recorded, within a budget, and replayed."""
    with ReplyStore(tmp_path / "replies.sqlite") as store:
        stock = ForeignClient(ReplayChatCompletionClient(["first", "second"]))
        policed = with_policies(stock, concurrency=2, retries=1, patience=1.0, rng=Random(0), purse=Purse(10_000))
        client = RecordingClient(policed, store, model="stock")
        results = [await client.create(MESSAGES, extra_create_args={"seed": seed}) for seed in (1, 2, 1)]
        replay = ReplayClient(store, model="stock")
        again = [await replay.create(MESSAGES, extra_create_args={"seed": seed}) for seed in (1, 2)]
        await client.close()
    assert [result.content for result in results] == ["first", "second", "first"]
    assert [result.content for result in again] == ["first", "second"]
    assert client.count_tokens(MESSAGES) == stock.count_tokens(MESSAGES) == 1
    assert client.model_info == stock.model_info


@pytest.mark.parametrize(
    ("raised", "cause", "transient"),
    [
        (StatusError(429), "status_429", True),
        (StatusError(400), "status_400", False),
        (APITimeoutError("slow"), "timeout", True),
        (TimeoutError(), "timeout", True),
        (APIConnectionError("gone"), "connection", True),
        (ConnectionResetError("gone"), "connection", True),
        (OSError("no route"), "connection", True),
        (RuntimeError("whatever"), "client", False),
        (ValueError("No more mock responses available"), "client", False),
    ],
)
async def test_a_vendors_errors_are_translated(raised: Exception, cause: str, transient: bool) -> None:
    """By status, by name, or as an error that asking again does not mend; the vendor's stays its cause."""
    with pytest.raises(EndpointError) as caught:
        await ForeignClient(ScriptedClient([raised])).create(MESSAGES)
    assert (caught.value.cause, caught.value.transient) == (cause, transient)
    assert caught.value.__cause__ is raised
    assert "ScriptedClient" in str(caught.value)


async def test_a_vendors_wish_to_wait_is_heard() -> None:
    """Retry-After, from the vendor's response."""
    with pytest.raises(EndpointError) as caught:
        await ForeignClient(ScriptedClient([StatusError(429)])).create(MESSAGES)
    assert caught.value.retry_after == 2.0


@pytest.mark.parametrize("error", [TypeError("bug"), InputError("tools"), KeyError("bug")])
async def test_bugs_and_our_own_errors_pass(error: Exception) -> None:
    """They are no failure of an endpoint."""
    with pytest.raises(type(error)) as caught:
        await ForeignClient(ScriptedClient([error])).create(MESSAGES)
    assert caught.value is error


KEY = "sk-very-secret"


class WordyError(StatusError):
    """A vendor's error that repeats the request's headers."""

    def __str__(self) -> str:
        return f"401 for Bearer {KEY}"


def _caused(error: Exception) -> Exception:
    error.__cause__ = ValueError(f"header {KEY}")
    return error


@pytest.mark.parametrize(
    ("raised", "kind", "cause"),
    [
        (WordyError(401), EndpointError, "status_401"),
        (RuntimeError(f"key {KEY} expired"), EndpointError, "client"),
        (APITimeoutError(KEY), EndpointError, "timeout"),
        (OSError(5, f"no route with {KEY}"), EndpointError, "connection"),
        (KeyError(KEY), EndpointError, "client"),
        (ReplyError(f"no use: {KEY}", cause="refusal"), ReplyError, "refusal"),
        (_caused(RuntimeError("header")), EndpointError, "client"),
    ],
)
async def test_a_key_is_blotted_out(raised: Exception, kind: type[ModelError], cause: str) -> None:
    """Of the message, and of what a traceback shows; the class and cause stay."""
    with pytest.raises(kind) as caught:
        await ForeignClient(ScriptedClient([raised]), [KEY, KEY[:-3], "no"]).create(MESSAGES)
    assert caught.value.cause == cause
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert "sk-" not in str(caught.value)


async def test_a_short_secret_is_no_secret() -> None:
    """Blotting it out would spoil ordinary words."""
    with pytest.raises(EndpointError, match="vendor's words"):
        await ForeignClient(ScriptedClient([StatusError(400)]), ["words", ""]).create(MESSAGES)


def _show(component: dict[str, Any]) -> ChatCompletionClient:
    return ScriptedClient([RuntimeError(f"refused: {component['config']}")])


def _fail(component: dict[str, Any]) -> ChatCompletionClient:
    raise RuntimeError(f"no client: {component['config']}")


async def test_a_backend_never_repeats_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of its options, at any depth, and those that the caller names; when it is made and when it is asked."""
    options = {
        "api_key": "sk-option",
        "headers": {"Authorization": "Bearer sk-header"},
        "parts": [{"aws_session_token": ["sk-nested"]}],
        "max_tokens": "many tokens",
        "note": "sk-environ",
    }
    for made, kind in ((_show, EndpointError), (_fail, InputError)):
        monkeypatch.setattr(ChatCompletionClient, "load_component", made)
        with pytest.raises(kind) as caught:
            await load_backend(STOCK, options, secrets={str(options["note"])}).create(MESSAGES)
        shown = "".join(traceback.format_exception(caught.value))
        assert "sk-" not in shown
        assert "many tokens" in shown


async def test_a_wrapper_of_someone_elses_is_not_passed_by() -> None:
    """A wrapper that overrides ``create``, as AutoGen has it, is called there."""

    class Shouting(ModelWrapper):
        async def create(self, messages: Any, **more: Any) -> Any:
            result = await super().create(messages, **more)
            return result.model_copy(update={"content": str(result.content).upper()})

    client = ModelWrapper(Shouting(ScriptedClient(["quiet"])))
    assert (await client.create(MESSAGES)).content == "QUIET"
    assert [part.content async for part in client.create_stream(MESSAGES) if not isinstance(part, str)] == ["QUIET"]


async def test_a_backend_is_loaded_by_its_path() -> None:
    """With its options, and ready to be wrapped."""
    client = load_backend(STOCK, {"chat_completions": ["hi"]})
    assert isinstance(client, ChatCompletionClient)
    assert (await client.create(MESSAGES)).content == "hi"


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("no_such_package:Client", {}),
        ("autogen_ext.models.replay:NoSuchClient", {}),
        ("pathlib:Path", {}),
        ("nothing", {}),
        (STOCK, {}),
        (STOCK, {"chat_completions": 7}),
    ],
)
def test_a_backend_that_cannot_be_loaded_is_bad_input(path: str, options: dict[str, object]) -> None:
    """The message names the path and what was wanted."""
    with pytest.raises(InputError, match="ChatCompletionClient"):
        load_backend(path, options)


def test_options_are_not_repeated_in_an_error() -> None:
    """One of them may be a key."""
    with pytest.raises(InputError) as caught:
        load_backend(STOCK, {"chat_completions": "sk-secret", "model_info": "sk-secret"})
    assert "sk-secret" not in str(caught.value)
    assert caught.value.__cause__ is None
