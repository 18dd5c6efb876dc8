"""OpenAIEmbedder: against a real HTTP server of our own, good and bad."""

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiohttp import web

from s3agents.embed.openai_http import OpenAIEmbedder
from s3agents.errors import InputError, MemoryStoreError

KEY = "sk-hunter2"


def vector(text: str) -> list[float]:
    """An embedding, not of length 1."""
    return [3.0, float(len(text)), 4.0]


def embeddings(body: dict) -> dict:
    """An answer with its vectors in falling order."""
    data = [{"index": n, "embedding": vector(text)} for n, text in enumerate(body["input"])]
    return {"object": "list", "data": data[::-1]}


class Endpoint:
    """Answers like OpenAI, after as many failures as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict, dict]] = []
        self.failures: list[web.Response] = []
        self.answer = embeddings
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        """One request."""
        body = await request.json()
        self.requests.append((body, dict(request.headers)))
        if self.failures:
            return self.failures.pop(0)
        answer = self.answer(body)
        return answer if isinstance(answer, web.Response) else web.json_response(answer)


@asynccontextmanager
async def served(handle, path="/v1/embeddings"):
    """The base address at which ``handle`` answers."""
    app = web.Application()
    app.router.add_post(path, handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


@pytest.fixture
async def endpoint():
    """A server for one test."""
    endpoint = Endpoint()
    async with served(endpoint.handle) as endpoint.url:
        yield endpoint


@asynccontextmanager
async def embedding(endpoint: Endpoint, **options):
    """An embedder of ``endpoint``, closed afterwards."""
    embedder = OpenAIEmbedder(endpoint.url, "bge", KEY, **options)
    try:
        yield embedder
    finally:
        await embedder.close()


async def test_vectors_are_put_in_order_and_scaled_to_one(endpoint):
    """Whatever the order of the answer; model and key are sent."""
    async with embedding(endpoint) as embedder:
        vectors = await embedder.embed(["a", "long"])
    raw = np.array([vector("a"), vector("long")])
    assert vectors == pytest.approx(raw / np.linalg.norm(raw, axis=1, keepdims=True))
    (body, headers), *_ = endpoint.requests
    assert body == {"model": "bge", "input": ["a", "long"], "encoding_format": "float"}
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert embedder.name == "openai/bge"


async def test_texts_go_out_in_batches_of_64(endpoint):
    """And come back as one array."""
    async with embedding(endpoint) as embedder:
        vectors = await embedder.embed([f"text {n}" for n in range(150)])
    assert [len(body["input"]) for body, _ in endpoint.requests] == [64, 64, 22]
    assert vectors.shape == (150, 3)


async def test_blank_texts_are_not_sent_and_are_zero(endpoint):
    """Endpoints refuse them; also when nothing else tells how long a vector is."""
    async with embedding(endpoint) as embedder:
        assert (await embedder.embed(["", " \n"])).tolist() == [[0, 0, 0]] * 2
        mixed = await embedder.embed(["", "a", ""])
        assert (await embedder.embed([])).shape == (0, 3)
    assert mixed.any(axis=1).tolist() == [False, True, False]
    assert [body["input"] for body, _ in endpoint.requests] == [["."], ["a"]]


async def test_lone_surrogates_are_sent_as_question_marks(endpoint):
    """JSON on the wire is UTF-8."""
    async with embedding(endpoint) as embedder:
        await embedder.embed(["cut \ud83d off"])
    assert endpoint.requests[0][0]["input"] == ["cut ? off"]


async def test_a_passing_failure_is_asked_again(endpoint):
    """Too many requests, and a server that is restarting."""
    endpoint.failures = [web.Response(status=429), web.Response(status=503)]
    async with embedding(endpoint) as embedder:
        assert (await embedder.embed(["a"])).shape == (1, 3)
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize(
    ("status", "asked", "told"),
    [
        (401, 1, r"status 401: .*key_env"),
        (404, 1, r"status 404: .*memory\.embedder\.url"),
        (500, 2, r"status 500: "),
        (302, 1, r"status 302: "),
    ],
)
async def test_a_refusal_tells_cause_and_remedy_and_no_key(endpoint, status, asked, told):
    """Even when the server repeats the key; a refusal for good is not asked again."""
    refusal = {"error": {"message": f"key {KEY} is wrong"}}
    endpoint.answer = lambda body: web.json_response(refusal, status=status)
    async with embedding(endpoint, retries=1) as embedder:
        with pytest.raises(MemoryStoreError, match=told) as caught:
            await embedder.embed(["a"])
    assert KEY not in str(caught.value)
    assert "[key] is wrong" in str(caught.value)
    assert len(endpoint.requests) == asked


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (web.Response(text="<html>hello</html>"), "got <html>hello"),
        ({"data": []}, "wanted a list of embeddings"),
        ({"data": [{"index": 0}]}, "wanted a list of embeddings"),
        ({"data": [{"index": 5, "embedding": [1.0]}]}, "wanted a list of embeddings"),
        ({"data": [{"index": 0, "embedding": []}]}, "wanted 1 vectors"),
        ({"data": [{"index": 0, "embedding": ["x"]}]}, "wanted vectors of one length"),
        ([1, 2], "wanted a list of embeddings"),
    ],
)
async def test_an_answer_that_is_no_embeddings_is_told(endpoint, answer, told):
    """With what came instead."""
    endpoint.answer = lambda body: answer
    async with embedding(endpoint) as embedder:
        with pytest.raises(MemoryStoreError, match=told):
            await embedder.embed(["a"])


async def test_vectors_that_change_their_length_are_told(endpoint):
    """A server that swapped its model."""
    async with embedding(endpoint) as embedder:
        await embedder.embed(["a"])
        endpoint.answer = lambda body: {"data": [{"index": 0, "embedding": [1.0, 2.0]}]}
        with pytest.raises(MemoryStoreError, match="wanted vectors of 3 numbers, as before, got 2 numbers"):
            await embedder.embed(["b"])


async def test_nobody_listening_tells_the_address():
    """And the setting that holds it."""
    async with served(Endpoint().handle) as url:
        pass
    embedder = OpenAIEmbedder(url, "bge", retries=0)
    with pytest.raises(MemoryStoreError, match=rf"{url}/embeddings: not reached: .*memory\.embedder\.url"):
        await embedder.embed(["a"])
    await embedder.close()


async def test_a_server_that_never_answers_is_given_up():
    """After the time-out."""
    over = asyncio.Event()

    async def silent(request):
        await over.wait()
        return web.Response()

    async with served(silent) as url:
        embedder = OpenAIEmbedder(url, "bge", timeout=0.1, retries=0)
        with pytest.raises(MemoryStoreError, match=r"no answer in 0\.1 s"):
            await embedder.embed(["a"])
        over.set()
        await embedder.close()


async def test_a_closed_embedder_connects_anew(endpoint):
    """Closing lets go of connections, no more."""
    async with embedding(endpoint) as embedder:
        await embedder.embed(["a"])
        await embedder.close()
        assert (await embedder.embed(["b"])).shape == (1, 3)


@pytest.mark.parametrize("url", ["", "host:8000/v1", "ftp://host/v1", "http://host:0/v1", "http://"])
def test_an_address_that_is_none_is_refused(url):
    """Before anything is sent."""
    with pytest.raises(InputError, match=r"memory\.embedder\.url: wanted http://HOST:PORT/v1"):
        OpenAIEmbedder(url, "bge")


def test_a_password_in_an_address_is_not_repeated():
    """Messages end up in logs."""
    with pytest.raises(InputError) as caught:
        OpenAIEmbedder("http://me:hunter2@host/v1", "bge")
    assert "hunter2" not in str(caught.value)


def test_a_key_that_can_be_none_is_refused_and_not_repeated():
    """It would be sent as a header, which is one line of ASCII."""
    with pytest.raises(InputError, match="key of the embedder: wanted one line of ASCII") as caught:
        OpenAIEmbedder("http://127.0.0.1:1/v1", "bge", "hunter2\nX-Mine: 1")
    assert "hunter2" not in str(caught.value)


async def test_one_connection_carries_many_batches(endpoint):
    """It is kept between them."""
    peers = set()
    handle = endpoint.handle

    async def watched(request):
        peers.add(request.transport.get_extra_info("peername"))
        return await handle(request)

    async with served(watched) as endpoint.url, embedding(endpoint) as embedder:
        await embedder.embed([f"text {n}" for n in range(150)])
        await embedder.embed(["a"])
    assert len(endpoint.requests) == 4
    assert len(peers) == 1
