"""PromptLogprobs: log probabilities of the tokens of texts, and what an endpoint that has none says."""

from __future__ import annotations

import zlib

import orjson
import pytest

from s3agents.errors import EndpointError, ReplyError
from s3agents.llm.prompt_logprobs import PromptLogprobs, parse_prompt_logprobs
from s3agents.testing.stub_endpoint import StubEndpoint

TEXTS = ["one two three", "single", "one three"]


def expected(text: str) -> list[float]:
    """What the stub tells of each word but the first."""
    return [-(1 + zlib.crc32(word.encode()) % 1000) / 100 for word in text.split()[1:]]


async def test_each_text_has_its_tokens() -> None:
    """All tokens but the first, in order; nothing is sampled, and one token is generated for want of none."""
    async with StubEndpoint() as stub:
        client = PromptLogprobs(url=stub.url, model="stub")
        assert await client.token_logprobs(TEXTS) == [expected(text) for text in TEXTS]
        await client.close()
    body = stub.bodies[0]
    assert body == {
        "model": "stub", "prompt": TEXTS[0], "max_tokens": 1, "temperature": 0.0, "prompt_logprobs": 0,
    }  # fmt: skip


async def test_failures_that_pass_are_asked_again() -> None:
    """A text whose request fails once comes with the same numbers."""
    async with StubEndpoint() as stub:
        stub.fail_next("status_500", "drop", "garbage", "half")
        client = PromptLogprobs(url=stub.url, model="stub", concurrency=2)
        assert await client.token_logprobs(TEXTS) == [expected(text) for text in TEXTS]
        await client.close()
    assert stub.failed.total() == 4


async def test_a_text_that_fails_for_good_is_an_error_in_its_place() -> None:
    """The others are there all the same; what asking again cannot mend is asked once."""
    async with StubEndpoint() as stub:
        stub.fail_next("status_400")
        client = PromptLogprobs(url=stub.url, model="stub", concurrency=1)
        found = await client.token_logprobs(TEXTS)
        await client.close()
    assert isinstance(found[0], EndpointError)
    assert found[0].cause == "status_400"
    assert found[1:] == [expected(text) for text in TEXTS[1:]]
    assert stub.requests == 3


async def test_lone_surrogates_are_sent() -> None:
    """A broken character is a question mark, not a crash."""
    async with StubEndpoint() as stub:
        client = PromptLogprobs(url=stub.url, model="stub")
        assert await client.token_logprobs(["a \ud800"]) == [expected("a ?")]
        await client.close()


def test_the_prompts_own_token_counts() -> None:
    """Where alternatives are told beside it, the first is the prompt's."""
    entries = [None, {"7": {"logprob": -2.5, "rank": 9}, "4": {"logprob": -0.1, "rank": 1}}]
    assert parse_prompt_logprobs(orjson.dumps({"choices": [{"prompt_logprobs": entries}]})) == [-2.5]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"<html>", "garbage"),
        (b'{"choices":[]}', "garbage"),
        (b'{"choices":[{"text":""}]}', "prompt_logprobs"),
        (b'{"choices":[{"prompt_logprobs":[null,{}]}]}', "garbage"),
        (b'{"choices":[{"prompt_logprobs":[null,{"1":{"logprob":0.5}}]}]}', "garbage"),
        (b'{"choices":[{"prompt_logprobs":[null,{"1":{"logprob":"x"}}]}]}', "garbage"),
    ],
)
def test_other_answers_are_told_apart(body: bytes, cause: str) -> None:
    """No completion is garbage, which may pass; a completion without log probabilities says that there are none."""
    with pytest.raises(ReplyError) as caught:
        parse_prompt_logprobs(body)
    assert caught.value.cause == cause
