"""Budgets of prompts: no prompt takes more tokens than it may, and what an endpoint has computed before comes first."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.cognition.base import Scene, TurnView
from s3agents.cognition.llm import LlmCognition
from s3agents.errors import PromptError
from s3agents.ids import UserId
from s3agents.labels import Emotion
from s3agents.persona import Persona
from s3agents.prompts import PromptPack
from s3agents.prompts.budget import FRAME_TOKENS
from s3agents.prompts.token_estimate import prose_tokens, text_tokens
from s3agents.resources import prompts_dir
from s3agents.state import EmotionBelief
from s3agents.testing.scripted_client import ScriptedClient
from s3agents.testing.turn_views import turn_view

TWEET = "Sugar is a drug and they know it. Tax it like tobacco, at last somebody dares to say it out loud!"
MEMORY = "My gran took three spoons in her tea and lived to be 97, so spare me the lectures about sugar."
WEIBO = "公开招募，有志于微博、手机等社会化媒体营销传播的年轻达人，男女不限，学历不限。"
WORDS = (
    "sugar",
    "tax",
    "CHARLIE",
    "#hebdo",
    "http://t.co/AbC3dEfGhI",
    "😂😂",
    "转发微博",
    "核污染水排入大海",
    "٣مرحبا",
    "42",
    "…",
    "<x>",
)

some_text = st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=40).map(" ".join)
texts = st.lists(some_text, max_size=10)
personas = st.builds(
    Persona,
    id=st.just(UserId("me")),
    gender=st.none() | some_text,
    age=st.none() | st.integers(0, 130),
    occupation=st.none() | some_text,
    bio=some_text,
)
languages = st.sampled_from(["en", "zh"])


@cache
def _pack(name: str, language: str, prompt_tokens: int | None = None) -> PromptPack:
    return PromptPack.load(name, language, prompt_tokens=prompt_tokens)


def _contents(pack: PromptPack, view: TurnView, stage: str | None = None) -> tuple[str, str]:
    system, user = pack.messages(stage or pack.stages[0].name, view)
    return str(system.content), str(user.content)


def _tokens(*contents: str) -> int:
    return FRAME_TOKENS + sum(prose_tokens(content) for content in contents)


@settings(deadline=None, max_examples=60)
@given(
    posts=texts,
    memories=texts,
    author=some_text,
    persona=personas,
    pack=st.tuples(languages, st.sampled_from([0, 40, 900])),
)
def test_a_prompt_never_exceeds_its_budget(
    posts: list[str], memories: list[str], author: str, persona: Persona, pack: tuple[str, int]
) -> None:
    """Whatever the posts, the memories, the names and the profile, in each stage of each pack."""
    view = turn_view(posts, memories=memories, author=author, persona=persona, tick=1000)
    language, more = pack
    for name in ("joint", "paper"):
        prompts = _pack(name, language, 700 + more)
        for stage in prompts.stages:
            assert _tokens(*_contents(prompts, view, stage.name)) <= 700 + more


@pytest.mark.parametrize("language", ["en", "zh"])
def test_eight_posts_of_any_length_are_all_told(language: str) -> None:
    """A joint prompt has at most 1,000 tokens; the posts are shortened, visibly, and memories go before they do."""
    text = (TWEET if language == "en" else WEIBO) * 10
    view = turn_view([text] * 8, memories=[f"{n} {text}" for n in range(4)])
    pack = _pack("joint", language)
    contents = _contents(pack, view)
    assert pack.prompt_tokens == 1000
    assert 880 <= _tokens(*contents) <= 1000
    told = pack.fitted(view)
    assert told.perceived == view.perceived
    assert contents[1].count("…\n") == 8 + len(told.recalled)


def test_what_fits_is_told_whole() -> None:
    """Three posts and two memories of a tweet's length are, and no turn counts as shortened."""
    view = turn_view([TWEET] * 3, memories=[MEMORY, TWEET])
    prompt = _pack("joint", "en").prompt("joint", view)
    assert not prompt.shortened
    assert str(prompt.messages[1].content).count(TWEET) == 4
    assert _pack("joint", "en").prompt("joint", turn_view([TWEET * 5] * 8)).shortened


def test_a_pack_without_a_budget_cuts_nothing_but_to_the_length_of_a_post() -> None:
    """As the paper's pack: eight posts of 280 characters stay as they are."""
    view = turn_view([TWEET * 3] * 8)
    pack = _pack("paper", "en")
    prompt = pack.prompt("emotion", view)
    assert pack.prompt_tokens is None
    assert not prompt.shortened
    assert str(prompt.messages[1].content).count((TWEET * 3)[:279].rstrip() + "…") == 8


def test_the_longest_texts_are_shortened_first() -> None:
    """All are cut to one length, the largest of a few at which everything fits; what is shorter stays whole."""
    view = turn_view([TWEET * 4, "No.", TWEET * 4], memories=["Yes!", TWEET * 4])
    text = _contents(_pack("joint", "en"), view)[1]
    cut = {len(part) for part in re.findall(r"> (.*…)\n", text)}
    assert max(cut) - min(cut) <= 1  # a blank before the ellipsis goes
    assert "> No.\n" in text
    assert "> Yes!\n" in text


def test_the_least_is_left_out_where_not_even_short_texts_fit() -> None:
    """First the memories that came to mind last, then the oldest posts; the numbers are those of the posts told."""
    pack = _pack("joint", "en", 700)
    crowded = turn_view([f"post {n} {TWEET}" for n in range(9)], memories=[f"memory {n} {TWEET}" for n in range(4)])
    told = pack.fitted(crowded)
    assert told.perceived == crowded.perceived
    assert told.recalled == crowded.recalled[: len(told.recalled)]
    assert len(told.recalled) < 4
    flooded = turn_view([f"post {n} {TWEET}" for n in range(60)], memories=[TWEET])
    told = pack.fitted(flooded)
    assert told.recalled == ()
    assert told.perceived == flooded.perceived[-len(told.perceived) :]
    text = _contents(pack, flooded)[1]
    assert re.findall(r"<(\d+) \w+ (author\d+)", text) == [
        (str(n), str(read.post.author)) for n, read in enumerate(told.perceived, 1)
    ]


@settings(deadline=None, max_examples=40)
@given(posts=texts, memories=texts, persona=personas, language=languages)
def test_what_is_told_depends_on_the_turn_alone(
    posts: list[str], memories: list[str], persona: Persona, language: str
) -> None:
    """Whichever turns were told before, and whether the turn was fitted before."""
    view = turn_view(posts * 6, memories=memories, persona=persona)
    pack = _pack("joint", language)
    first = _contents(pack, view)
    pack.messages("joint", turn_view(memories))
    assert _contents(pack, pack.fitted(view)) == first == _contents(pack, replace(view))
    assert bool(pack.fitted(view).perceived) == bool(posts)


@settings(deadline=None, max_examples=40)
@given(here=st.tuples(texts, texts), there=st.tuples(texts, texts), persona=personas, tick=st.integers(1, 10_000))
def test_an_agent_is_told_who_it_is_in_the_same_words_in_every_tick(
    here: tuple[list[str], list[str]], there: tuple[list[str], list[str]], persona: Persona, tick: int
) -> None:
    """An endpoint with a prefix cache has it from the agent's second turn on, whatever the agent reads and feels."""
    for language, heading in (("en", "You remember:\n"), ("zh", "你记得：\n")):
        pack = _pack("joint", language)
        one = turn_view(here[0], memories=here[1], persona=persona)
        other = turn_view(there[0], memories=there[1], persona=persona, tick=tick)
        other = replace(other, emotion=EmotionBelief.certain(Emotion.INTENSE))
        heads = [_contents(pack, view)[1].partition(heading)[0] for view in (one, other)]
        assert heads[0] == heads[1]


def test_memories_that_come_to_mind_again_stand_where_they_stood() -> None:
    """Own words first, the oldest first, with times that do not change: a new memory from elsewhere comes after."""
    pack = _pack("joint", "en")
    view = turn_view(memories=["a", "b", "c"])
    own, friend, followed = view.recalled
    later = tuple(replace(memory, age=memory.age + 1) for memory in (friend, own))
    new = replace(followed, text="new", age=1)
    before = _contents(pack, replace(view, recalled=(friend, own)))[1]
    after = _contents(pack, replace(view, recalled=(new, *later), tick=view.tick + 1))[1]
    end = before.index("New posts:")
    assert after[:end] == before[:end]
    assert after[end:].startswith("<followed, 4 h> new\n")


@settings(deadline=None)
@given(first=some_text, second=some_text)
def test_parts_of_a_text_take_no_fewer_tokens_than_the_whole(first: str, second: str) -> None:
    """Budgets add up the estimates of parts."""
    for tokens in (text_tokens, prose_tokens):
        assert tokens(first + second) <= tokens(first) + tokens(second)
    assert prose_tokens(first) <= text_tokens(first)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (TWEET, 25),
        ("BREAKING: gunmen attack Paris office of Charlie Hebdo, 11 dead http://t.co/AbC3dEfGhI #CharlieHebdo", 34),
        ("@user lol no way!!! they're NOT going 2 do that... #fail 😂😂", 20),
        ("RT @nytimes: Ferguson police chief says officer didn't know teen was a suspect", 17),
        (WEIBO, 24),
        ("转发微博：核污染水排入大海，这件事大家怎么看？[怒][怒]", 19),
        ('{"emotion":"calm","attitude":"positive","action":"inactive","target":0,"text":""}', 22),
    ],
)
def test_estimates_err_on_the_safe_side(text: str, tokens: int) -> None:
    """Qwen2.5's tokenizer makes so many tokens of it; the estimate is no fewer, and not twice as many."""
    assert tokens <= text_tokens(text) <= 2 * tokens


def test_a_budget_that_leaves_no_room_is_refused() -> None:
    """The message names the pack and a budget that would do, and so does a topic that is too long."""
    with pytest.raises(PromptError, match=r"pack joint.* got 500 \(set limits\.prompt_tokens to \d+ or more"):
        _pack("joint", "en", 500).check(turn_view().scene)
    scene = Scene(topic="A tax on sugar is proposed. " * 40, question="Should sugar be taxed?")
    with pytest.raises(PromptError, match="or shorten topic and question"):
        _pack("joint", "en", 700).check(scene)
    _pack("joint", "en", 1_200).check(scene)


def test_texts_that_a_pack_quotes_twice_are_counted_twice(tmp_path: Path) -> None:
    """A pack of one's own may show the posts again."""
    folder = Path(shutil.copytree(prompts_dir() / "joint", tmp_path / "mine"))
    with (folder / "en" / "turn.txt").open("a") as turn:
        turn.write("\n{posts}\n{posts}\n")
    pack = PromptPack.load(folder, "en", prompt_tokens=1_100)
    contents = _contents(pack, turn_view([TWEET * 3] * 8, memories=[TWEET]))
    assert _tokens(*contents) <= 1_100
    assert contents[1].count("<8 ") == 3


def test_a_model_is_offered_the_posts_that_it_was_told() -> None:
    """Of more than fit, the targets are those told, and the call counts as shortened."""
    pack = _pack("joint", "en")
    view = turn_view([f"post {n} {TWEET}" for n in range(60)])
    told = pack.fitted(view).perceived
    answer = f'{{"emotion":"calm","attitude":"positive","action":"forward","target":{len(told)},"text":""}}'
    client = ScriptedClient([answer])
    appraisal = asyncio.run(_mind(client, pack).appraise(view))
    assert appraisal.plan is not None
    assert appraisal.plan.target == view.perceived[-1].post.id
    assert view.meter.usage.shortened == view.meter.usage.calls == 1


def test_a_post_that_is_answered_is_told_whatever_else_there_is() -> None:
    """A mind that is told to answer the oldest of too many posts reads that one."""
    pack = _pack("joint", "en")
    view = turn_view([f"post {n} {TWEET}" for n in range(60)])
    answer = '{"emotion":"calm","attitude":"positive","action":"post","target":1,"text":"No."}'
    client = ScriptedClient([answer])
    assert asyncio.run(_mind(client, pack).write(view, target=view.perceived[0].post.id)) == "No."


def _mind(client: Any, pack: PromptPack) -> LlmCognition:
    return LlmCognition(client, pack, temperature=0.0, max_tokens=100, logprobs=False, repairs=0)
