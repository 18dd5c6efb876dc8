"""What a turn costs around its model, by stage and whole: printed (``pytest -m benchmark``); no time is asserted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import aiohttp
import orjson
import pytest

from s3agents.cognition.base import TurnView
from s3agents.cognition.llm import LlmCognition
from s3agents.config.model import ModelSection
from s3agents.errors import ReplyError
from s3agents.events import Action
from s3agents.ids import UserId
from s3agents.labels import ATTITUDES, EMOTIONS
from s3agents.llm.answers import parse_completion
from s3agents.llm.base import Request
from s3agents.llm.completion import Completion
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.llm.request_key import key_of
from s3agents.llm.wire import request_body
from s3agents.persona import Persona
from s3agents.prompts import PromptPack
from s3agents.replies import Labels, LabelTokens, joint_reply, parse_reply
from s3agents.rng import Draws
from s3agents.testing.stub_answers import completion_answer
from s3agents.testing.stub_launcher import stub_process
from s3agents.testing.turn_views import turn_view
from s3agents.wiring import build_client, opened_model

pytestmark = pytest.mark.benchmark

Say = Callable[[str], None]
_T = TypeVar("_T")

TURNS, ROUNDS, AT_ONCE = 1000, 5, 64
TWEET = "The committee will vote on the sugar tax tonight, number {}, and honestly I do not know what to think of it!"
LABELS = {"emotion": Labels(EMOTIONS), "attitude": Labels(ATTITUDES), "action": Labels(tuple(Action))}
SAMPLING = {"temperature": 0.8, "max_tokens": 200, "logprobs": True, "top_logprobs": 8}


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a figure, whether or not pytest captures output."""

    def printed(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")

    return printed


def views(start: int = 0) -> list[TurnView]:
    """Turns of as many agents, who read a post and remember four; a post has eight readers."""
    return [
        turn_view(
            [TWEET.format(n // 8)],
            memories=[TWEET.format(n % 997 + k) for k in range(4)],
            persona=Persona(id=UserId(f"u{n}"), gender="female", age=n % 80, occupation="Nurse", bio=f"I like {n}."),
            draws=Draws(1, f"u{n}", 4),
        )
        for n in range(start, start + TURNS)
    ]


def requests_of(pack: PromptPack, turns: Iterable[TurnView]) -> list[Request]:
    """What the turns ask."""
    return [
        Request(pack.messages("joint", view), joint_reply(1), {"seed": view.draws.model_seed("joint/0"), **SAMPLING})
        for view in turns
    ]


def cost(work: Callable[[_T], object], items: Sequence[_T]) -> float:
    """Microseconds of CPU for an item, in the best of a few rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        cpu = time.process_time()
        for item in items:
            work(item)
        best = min(best, time.process_time() - cpu)
    return 1e6 * best / len(items)


def with_alternatives(body: bytes) -> bytes:
    """An answer with eight alternatives of each token, as real endpoints send them."""
    answer = orjson.loads(body)
    for token in answer["choices"][0]["logprobs"]["content"]:
        more = [{"token": f" w{n}", "logprob": -3.5 - n, "bytes": list(f" w{n}".encode())} for n in range(8)]
        token["top_logprobs"] = (token["top_logprobs"] + more)[:8]
    return orjson.dumps(answer)


def read_labels(reply: Completion) -> None:
    """The probabilities that a turn wants."""
    tokens = LabelTokens(reply)
    for field, labels in LABELS.items():
        tokens.probabilities(field, labels)


def keep(path: Path, replies: Sequence[tuple[str, Completion]]) -> float:
    """Microseconds of CPU to record a reply, the file included."""
    with ReplyStore(path) as store:
        cpu = time.process_time()
        for key, reply in replies:
            store.get(key)
            store.put(key, reply)
        store.flush()
        return 1e6 * (time.process_time() - cpu) / len(replies)


def test_cost_of_each_stage(tmp_path: Path, say: Say) -> None:
    """Prompt, key, body, answer, reply, labels, record; the answers with few alternatives and with many."""
    pack = PromptPack.load("joint", "en")
    turns = views()
    asked = requests_of(pack, turns)
    say(f"render {cost(lambda view: pack.messages('joint', view), turns):.0f} us")
    say(f"key {cost(lambda request: key_of('m', request), asked):.0f} us")
    say(f"body {cost(lambda request: request_body('m', request), asked):.0f} us")
    few = [completion_answer(orjson.loads(request_body("m", request)), None)[0] for request in asked]
    for name, bodies in (("few", few), ("many", [with_alternatives(body) for body in few])):
        replies = [parse_completion(body) for body in bodies]
        assert {len(reply.tokens or ()) > 10 for reply in replies} == {True}
        keyed = [(key_of("m", request), reply) for request, reply in zip(asked, replies, strict=True)]
        kept = min(keep(tmp_path / f"{name}{n}.sqlite", keyed) for n in range(ROUNDS))
        size = sum(map(len, bodies)) // TURNS
        say(
            f"{name} alternatives ({size} bytes): parse {cost(parse_completion, bodies):.0f}, "
            f"reply {cost(lambda reply: parse_reply(joint_reply(1), reply), replies):.0f}, "
            f"labels {cost(read_labels, replies):.0f}, record {kept:.0f} us"
        )


async def measured(name: str, items: Sequence[_T], work: Callable[[_T], Awaitable[object]], *, say: Say) -> None:
    """Tell what ``work`` costs an item, so many at once."""
    queue = iter(items)

    async def worker() -> None:
        for item in queue:
            await work(item)

    cpu, wall = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    say(f"{name}: {1e6 * cpu / len(items):.0f} us CPU, {len(items) / wall:.0f}/s")


async def test_cost_of_all_of_it(tmp_path: Path, say: Say) -> None:
    """From a view to an appraisal, replies recorded, beside the transport alone and an ``aiohttp`` loop."""
    pack = PromptPack.load("joint", "en")
    with stub_process() as url:
        section = ModelSection(url=url, name="stub", concurrency=AT_ONCE)
        for number in range(2):
            async with opened_model(section, build_client(section), tmp_path / f"{number}.sqlite") as client:
                mind = LlmCognition(client, pack, temperature=0.8, max_tokens=200, logprobs=True, repairs=2)

                async def appraise(view: TurnView, mind: LlmCognition = mind) -> None:
                    with suppress(ReplyError):
                        await mind.appraise(view)

                await measured("all of it", views(TURNS * number), appraise, say=say)
        bodies = [request_body("stub", request) for request in requests_of(pack, views())]
        bare = OpenAIHttpClient(url=url, model="stub", concurrency=AT_ONCE)
        await measured("transport", bodies, lambda body: bare._send("POST", "/chat/completions", body), say=say)
        await bare.close()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

            async def post(body: bytes) -> None:
                async with session.post(f"{url}/chat/completions", data=body) as response:
                    assert response.status == 200
                    await response.read()

            await measured("aiohttp", bodies, post, say=say)
