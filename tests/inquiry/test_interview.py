"""Questions to agents of a run as they were after a tick."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from s3agents import Run, Simulation
from s3agents.config.survey import ChoiceItem, Item, OpenItem, ScaleItem
from s3agents.ids import UserId
from s3agents.inquiry.interview import Answer, interview
from s3agents.inquiry.moment import Past, opened_moment, read_past
from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.prompts.interview_pack import InterviewPack, fields_of
from s3agents.testing import StubEndpoint
from s3agents.testing.scripted_client import ScriptedClient
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.traits.llm.asking import Asker

SOCIETY = society_of(5, [(1, 0), (2, 0), (3, 1), (4, 2), (0, 4)])
USERS = [UserId(f"u{n}") for n in range(5)]
ITEMS: list[Item] = [
    OpenItem(id="why", question="Why do you think so?"),
    ChoiceItem(id="stay", question="Should it stay?", options=("yes", "no", "not sure")),
    ScaleItem(id="trust", question="How far do you trust them?", low="not at all", high="completely"),
    ScaleItem(id="ten", question="And out of ten?", least=0, most=10, low="nothing", high="all"),
]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A run of textbook agents."""
    folder = tmp_path_factory.mktemp("interview") / "run"
    Simulation(lively_scenario(["u0"], ticks=5), SOCIETY, out=folder).run()
    return read_past(folder, SOCIETY)


def asked(
    past: Past,
    client: ChatCompletionClient,
    *,
    tick: int,
    items: Sequence[Item] = ITEMS,
    users: Sequence[UserId] = USERS,
) -> list[Answer]:
    """What agents answer."""

    async def answers() -> list[Answer]:
        asker = Asker(client, seed=0, concurrency=4, max_tokens=128, logprobs=True, repairs=1)
        pack, words = InterviewPack.load("interview", "en"), fields_of("joint", "en")
        async with opened_moment(past, tick=tick, users=users) as moment:
            try:
                return await interview(moment, users, items, asker=asker, pack=pack, words=words)
            finally:
                await client.close()

    return asyncio.run(answers())


def told(past: Past, tick: int) -> str:
    """The prompt by which u0 is asked the first question."""
    client = ScriptedClient(['{"answer": "Because."}'])
    asked(past, client, tick=tick, items=ITEMS[:1], users=USERS[:1])
    return "\n".join(str(message.content) for message in client.requests[0].messages)


def test_every_question_is_answered_with_one_of_its_answers(past: Past) -> None:
    """User by user and item by item; probabilities sum to 1, and are left out where tokens cannot tell them."""
    before = past.folder.record.read_bytes()
    with StubEndpoint().running_in_thread() as stub:
        answers = asked(past, OpenAIHttpClient(url=stub.url, model="stub"), tick=3)
        again = asked(past, OpenAIHttpClient(url=stub.url, model="stub"), tick=3)
    assert answers == again
    assert [(answer.user, answer.item) for answer in answers] == [(u, item.id) for u in USERS for item in ITEMS]
    for answer in answers:
        assert answer.fault is None
        assert answer.answer
        if answer.item in {"stay", "trust"}:
            assert answer.p is not None
            assert answer.answer in answer.p
            assert sum(answer.p.values()) == pytest.approx(1.0)
        else:
            assert answer.p is None
    assert past.folder.record.read_bytes() == before


def test_agents_are_as_they_were_then(past: Past) -> None:
    """Emotion, attitude and memories are those of the tick; before the run, they are those it began with."""
    turns = Run(past.folder.path).turns()
    for tick in range(past.ticks):
        answers = asked(past, ScriptedClient(['{"answer": "Because."}']), tick=tick, items=ITEMS[:1])
        last = turns[turns.tick <= tick].groupby("user").last()
        for answer in answers:
            if answer.user in last.index:
                assert answer.emotion.value == last.emotion[answer.user]
                assert answer.attitude.value == last.attitude[answer.user]
    assert "Seed post" not in told(past, -1)
    for part in ("Seed post of u0.", "I like subject 0.", "Why do you think so?"):
        assert part in told(past, 0)


@pytest.mark.parametrize(
    ("item", "reply", "answer"),
    [
        (ITEMS[1], '{"answer": "B"}', "no"),
        (ITEMS[1], '{"answer": "no"}', None),
        (ITEMS[2], '{"answer": "7"}', "7"),
        (ITEMS[2], '{"answer": "8"}', None),
        (ITEMS[3], '{"answer": "10"}', "10"),
        (ITEMS[0], '{"answer": " "}', None),
        (ITEMS[0], "I would rather not say", None),
    ],
)
def test_what_is_no_answer_is_a_fault(past: Past, item: Item, reply: str, answer: str | None) -> None:
    """A reply that is none of the answers is never taken for one; what was wrong is told."""
    (said,) = asked(past, ScriptedClient([reply]), tick=2, items=[item], users=USERS[:1])
    assert said.answer == answer
    assert (said.fault is None) == (answer is not None)
    assert said.p is None
