"""Posts by a model: one request a user, faults that are counted, and no post made up in silence."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from s3agents.config.generate import GenerateSection
from s3agents.config.model import ModelSection
from s3agents.errors import BudgetError, EndpointError, FaultLimitError
from s3agents.llm.base import Request
from s3agents.network.generate.by_model import ModelPosts, write_posts
from s3agents.network.generate.draft import Draft, draft
from s3agents.network.generate.generate import personas_of, write_draft
from s3agents.network.society import Society
from s3agents.network.write import SocietyWriter
from s3agents.testing import ScriptedClient

DOWN = EndpointError("no answer", cause="timeout", transient=False)


def made(**section: Any) -> Draft:
    """A society of 60 users."""
    return draft(GenerateSection.model_validate({"users": 60, "posts": 400, **section}))


def count_of(request: Request) -> int:
    """How many posts a request asks for."""
    assert isinstance(request.json_output, type)
    return int(request.json_output.model_json_schema()["properties"]["posts"]["minItems"])


def answer(request: Request) -> str:
    """As many posts as are asked for, told apart by the seed."""
    return orjson.dumps({"posts": [f"post {n} of {request.args['seed']}" for n in range(count_of(request))]}).decode()


async def ask(society: Draft, client: ScriptedClient, *, most: int = 5, **more: Any) -> ModelPosts:
    """What ``client`` writes for ``society``."""
    return await write_posts(society, client, ModelSection(name="scripted", concurrency=8), most=most, **more)


async def test_one_request_writes_the_posts_of_a_user() -> None:
    """Each user who has posts is asked for once, for as many as they have, five at most."""
    society, client, seen = made(), ScriptedClient(answer), []
    result = await ask(society, client, progress=lambda done, due: seen.append((done, due)))
    expected = {place: min(posts, 5) for place, posts in enumerate(society.posts.tolist()) if posts}
    assert {place: len(texts) for place, texts in result.written.items()} == expected
    assert result.asked == len(client.requests) == len(expected)
    assert seen == [(n + 1, len(expected)) for n in range(len(expected))]
    assert result.dump()["faults"] == {}
    assert result.tokens == {"prompt": 10 * len(expected), "completion": 5 * len(expected)}


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_prompt_tells_who_the_user_is(language: str) -> None:
    """Topic and rules come first and are the same for all; profile, answer and number of posts follow."""
    society = made(language=language, topic="free <b>meals</b>")
    client = ScriptedClient(answer)
    await ask(society, client)
    systems = {str(request.messages[0].content) for request in client.requests}
    assert len(systems) == 1
    assert "free ‹b›meals‹/b›" in systems.pop()
    personas = list(personas_of(society))
    by_seed = {request.args["seed"]: str(request.messages[1].content) for request in client.requests}
    assert len(by_seed) == len(client.requests)
    engineer = next(p for k, p in enumerate(personas) if p.occupation == "Engineer" and society.posts[k])
    assert any("Engineer" in text and str(engineer.age) in text and "<profile>" in text for text in by_seed.values())


async def test_the_same_society_asks_the_same() -> None:
    """Messages and seeds are a function of the section, so that recorded replies can be used again."""
    one, other = ScriptedClient(answer), ScriptedClient(answer)
    await ask(made(), one)
    await ask(made(), other)
    said = [sorted((str(r.messages[1].content), r.args["seed"]) for r in client.requests) for client in (one, other)]
    assert said[0] == said[1]


async def test_an_unusable_reply_is_asked_for_again() -> None:
    """With another seed; what comes then counts."""
    society, first = made(), set()

    def moody(request: Request) -> str:
        user = str(request.messages[1].content)
        if user in first:
            return answer(request)
        first.add(user)
        return orjson.dumps({"posts": ["too few"] * (count_of(request) - 1)}).decode()

    client = ScriptedClient(moody)
    result = await ask(society, client)
    assert (len(client.requests), len(result.written)) == (2 * result.asked, result.asked)
    assert len({request.args["seed"] for request in client.requests}) == len(client.requests)


async def test_faults_are_counted_and_their_users_left_out() -> None:
    """A request that fails for good is a fault with a cause; the others go on."""
    society, failed = made(), []

    def at_times(request: Request) -> str | Exception:
        if not failed:
            failed.append(request)
            return DOWN
        return answer(request)

    result = await ask(society, ScriptedClient(at_times), limit=0.1)
    assert result.faults == {"timeout": 1}
    assert len(result.written) == result.asked - 1


async def test_too_many_faults_end_it() -> None:
    """Above the limit nothing is made of it; the message counts the faults and tells the last."""
    with pytest.raises(
        FaultLimitError, match=r"requests failed \(\d+ timeout\), more than the limit of 5%; .*no answer"
    ):
        await ask(made(), ScriptedClient([DOWN]))


async def test_a_spent_budget_ends_it_at_once() -> None:
    """What is no fault of a reply is not counted as one."""
    with pytest.raises(BudgetError, match="spent"):
        await ask(made(), ScriptedClient([BudgetError("spent")]))


async def test_texts_are_tidied() -> None:
    """What a model writes is one line of at most 280 characters; a post that says nothing is no post."""

    def wild(request: Request) -> str:
        posts = ["a\nb\u200b  c" + "x" * 400] * count_of(request)
        return orjson.dumps({"posts": posts if request.args["seed"] % 2 else ["\u200b"] * len(posts)}).decode()

    result = await ask(made(), ScriptedClient(wild), limit=1.0)
    assert {text[:5] for texts in result.written.values() for text in texts} == {"a b c"}
    assert {len(text) for texts in result.written.values() for text in texts} == {280}
    assert result.asked == len(result.written) + result.faults.total()


async def test_nobody_is_asked_for_no_posts() -> None:
    """A society without posts needs no model."""
    client = ScriptedClient(answer)
    assert (await ask(made(posts=0), client)).asked == 0
    assert client.requests == []


def test_written_posts_take_the_newest_places(tmp_path: Any) -> None:
    """Of a user's posts the model's are the last; their number stays the same."""
    society = made()
    place = int(society.posts.argmax())
    user = society.ids[place]
    write_draft(society, SocietyWriter(tmp_path / "society"), written={place: ("older", "newest")})
    history = Society.load(tmp_path / "society", strict=True).history
    assert history[user][-2:] == ("older", "newest")
    assert len(history[user]) == society.posts[place]
    assert sum(map(len, history.values())) == 400
    assert sum("newest" in posts for posts in history.values()) == 1
