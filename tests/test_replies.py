"""Replies: what is taken for a reply and what is not, and the probabilities of its labels."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from autogen_core import FunctionCall
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, RequestUsage, TopLogprob
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import ReplyError
from s3agents.events import Action
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion
from s3agents.llm.completion import Completion
from s3agents.llm.told_logprobs import ToldLogprobs
from s3agents.replies import (
    ActReply,
    AttitudeReply,
    EmotionReply,
    JointReply,
    Labels,
    LabelTokens,
    Reply,
    WriteReply,
    act_reply,
    joint_reply,
    label_probabilities,
    parse_reply,
    target_of,
    write_reply,
)

LABELS: dict[str, tuple[str, ...]] = {"emotion": EMOTIONS, "attitude": ATTITUDES, "action": tuple(Action)}
FINE = {"emotion": "calm", "attitude": "negative", "action": "post", "target": 2, "text": "Fine by me."}


def _result(content: Any, **changes: Any) -> CreateResult:
    fields = {"finish_reason": "stop", "usage": RequestUsage(1, 1), "cached": False, "content": content}
    return CreateResult(**{**fields, **changes})


def _cause(model: type[Reply], content: Any, **changes: Any) -> str:
    with pytest.raises(ReplyError) as caught:
        parse_reply(model, _result(content, **changes))
    return caught.value.cause


@given(
    emotion=st.sampled_from(EMOTIONS),
    attitude=st.sampled_from(ATTITUDES),
    action=st.sampled_from(Action),
    target=st.integers(0, 3),
    text=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_what_is_written_is_read(emotion: Emotion, attitude: Attitude, action: Action, target: int, text: str) -> None:
    """Parsing after serialising is identity, whatever the text."""
    text = text if action is not Action.POST else f"x{text}"
    reply = joint_reply(3)(emotion=emotion, attitude=attitude, action=action, target=target, text=text)
    assert parse_reply(joint_reply(3), _result(reply.model_dump_json())) == reply
    assert parse_reply(joint_reply(3), _result(json.dumps(reply.model_dump(mode="json"), indent=2))) == reply


@pytest.mark.parametrize("around", ["{}", " \n{}\n ", "```json\n{}\n```", "```\n{}\n```\n", "```json {} ```"])
def test_blanks_and_a_fence_are_forgiven(around: str) -> None:
    """Some endpoints put a Markdown fence round JSON."""
    reply = parse_reply(joint_reply(2), _result(around.replace("{}", json.dumps(FINE))))
    assert (reply.emotion, reply.action, reply.target) == (Emotion.CALM, Action.POST, 2)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "calm",
        json.dumps(FINE) + " I hope this helps!",
        "Sure: " + json.dumps(FINE),
        json.dumps(FINE)[:-1],
        "<think>{}",
    ],
)
def test_what_is_no_json_is_refused(content: str) -> None:
    """Nothing is looked for in prose."""
    assert _cause(joint_reply(2), content) == "not_json"


@pytest.mark.parametrize(
    "change",
    [
        {"emotion": "angry"}, {"attitude": None}, {"action": "like"}, {"target": 3}, {"target": -1}, {"target": "1"},
        {"target": 1.5}, {"text": 5}, {"text": ""}, {"text": " \n"}, {"text": "\u200b\u202e"}, {"more": 1},
    ],
)  # fmt: skip
def test_another_schema_is_refused(change: dict[str, Any]) -> None:
    """Unknown labels, numbers of posts there are not, further keys and posts that say nothing are refused."""
    assert _cause(joint_reply(2), json.dumps(FINE | change)) == "schema"


@pytest.mark.parametrize("key", list(FINE))
def test_a_missing_key_is_refused(key: str) -> None:
    """Every key is needed; the message names the one that is missing."""
    content = json.dumps({k: v for k, v in FINE.items() if k != key})
    assert _cause(joint_reply(2), content) == "schema"
    with pytest.raises(ReplyError, match=rf"JointReply\): wanted {key}: Field required"):
        parse_reply(joint_reply(2), _result(content))


def test_what_is_no_whole_reply_is_refused() -> None:
    """A reply cut off, withheld, or of calls to functions is told apart, even where it is JSON."""
    assert _cause(joint_reply(2), json.dumps(FINE), finish_reason="length") == "cut_off"
    assert _cause(joint_reply(2), "", finish_reason="content_filter") == "filtered"
    assert _cause(WriteReply, [FunctionCall(id="1", name="f", arguments="{}")]) == "not_json"
    assert _cause(WriteReply, '{"text": "\\u200b"}') == "schema"


def test_a_long_reply_is_shown_in_part() -> None:
    """Messages stay readable."""
    with pytest.raises(ReplyError) as caught:
        parse_reply(WriteReply, _result("bla " * 1000))
    assert len(str(caught.value)) < 250


def test_with_no_posts_nothing_can_be_forwarded() -> None:
    """The schema itself leaves forwarding out."""
    for model in (act_reply(0), joint_reply(0)):
        fields = model.model_json_schema()["properties"]
        assert fields["action"]["enum"] == ["post", "inactive"]
        assert fields["target"]["enum"] == [0]
    assert _cause(act_reply(0), '{"action": "forward", "target": 0}') == "schema"


def test_schemas_are_closed_flat_and_in_order() -> None:
    """Keys come in the order in which they are generated; all are required; docstrings stay out; no text is bounded."""
    schema = joint_reply(2).model_json_schema()
    assert list(schema["properties"]) == ["emotion", "attitude", "action", "target", "text"] == schema["required"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["target"] == {"type": "integer", "enum": [0, 1, 2]}
    for model in (joint_reply(2), act_reply(2), EmotionReply, AttitudeReply, WriteReply):
        dumped = json.dumps(model.model_json_schema())
        assert not any(word in dumped for word in ("description", "$ref", "maxLength", "minLength"))


@given(most=st.integers(1, 256), length=st.integers(0, 270))
def test_a_bounded_text_has_at_most_so_many_characters(most: int, length: int) -> None:
    """A pattern bounds it, without a repetition that grammars of endpoints do not take; a text is never empty."""
    pattern = write_reply(most).model_json_schema()["properties"]["text"]["pattern"]
    assert (re.fullmatch(pattern, "字" * length) is not None) == (1 <= length <= most)
    assert re.fullmatch(pattern, "a\nb") is None
    assert max(int(n) for n in re.findall(r",(\d+)\}", pattern)) <= 128


def test_one_class_for_one_number_of_posts() -> None:
    """Endpoints compile a schema once: the same number of posts gives the same class."""
    assert joint_reply(3) is joint_reply(3)
    assert act_reply(3) is act_reply(3)
    assert issubclass(joint_reply(3), JointReply)
    assert joint_reply(3).__name__ == joint_reply(4).__name__ == "JointReply"


@pytest.mark.parametrize(
    ("action", "target", "posts", "wanted"),
    [
        ("inactive", 2, 3, 0), ("post", 0, 3, 0), ("post", 2, 3, 2), ("forward", 3, 3, 3), ("forward", 0, 1, 1),
        ("forward", 1, 1, 1),
    ],
)  # fmt: skip
def test_the_target_of_an_act(action: str, target: int, posts: int, wanted: int) -> None:
    """A forward of nothing in particular means the only post; who is inactive has no target."""
    assert target_of(act_reply(posts)(action=action, target=target), posts) == wanted


def test_a_forward_of_any_of_several_is_refused() -> None:
    """Which one cannot be guessed."""
    with pytest.raises(ReplyError, match="from 1 to 2, got 0") as caught:
        target_of(ActReply(action=Action.FORWARD, target=0), 2)
    assert caught.value.cause == "target"


@st.composite
def tokenised(draw: st.DrawFn) -> tuple[CreateResult, str, dict[str, float]]:
    """A reply in any order, with any blanks and text, cut into tokens anywhere; a key; probabilities of its labels."""
    values = {name: draw(st.sampled_from(labels)) for name, labels in LABELS.items()}
    reply = {**values, "target": 1, "text": draw(st.text(max_size=12) | st.just('"emotion": "calm", {'))}
    order = draw(st.permutations(list(reply)))
    content = json.dumps(
        {key: reply[key] for key in order},
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1])),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" , ", " :\n")])),
    )
    key = draw(st.sampled_from(list(LABELS)))
    before = draw(st.sampled_from(["", f"<think>{content}</think>\n", "```json\n", "  "]))
    data = (before + content).encode("utf-8", "surrogatepass")
    cuts = draw(st.sets(st.integers(1, len(data) - 1), max_size=len(data) // 2))
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    index, head = _first_of(pieces, _start(before, content, key))
    weights = {label: draw(st.floats(0.01, 1.0)) for label in LABELS[key]}
    tops = [
        TopLogprob(math.log(weights[label]), list(draw(_piece(head, label, pieces[index]))))
        for label in draw(st.permutations(list(weights)))
        if label != values[key]
    ]
    noise = [
        TopLogprob(-0.1, list(b"\xff?" + head)),
        TopLogprob(-9999.0, list(head + b'calm"~')),
        TopLogprob(-0.5, None),
    ]
    noise += [TopLogprob(-0.2, list(head)), TopLogprob(-0.2, list(b"?" * len(head) + b"calm"))] if head else []
    tokens = [_token(piece, -0.25) for piece in pieces]
    chosen = math.log(weights[values[key]])
    own = [TopLogprob(chosen, list(pieces[index]))] if draw(st.booleans()) else []
    tokens[index] = _token(pieces[index], chosen, tops=draw(st.permutations([*tops, *noise, *own])))
    fenced = content + ("\n```" if before.startswith("```") else "")
    shown = before + fenced if before.startswith("```") else content
    return _result(shown, logprobs=tokens), key, weights


def _start(before: str, content: str, key: str) -> int:
    """Byte at which the label under ``key`` starts."""
    at = content.index(f'"{key}"') + len(key) + 2
    return len((before + content[: content.index('"', at) + 1]).encode("utf-8", "surrogatepass"))


def _first_of(pieces: list[bytes], start: int) -> tuple[int, bytes]:
    end = 0
    for index, piece in enumerate(pieces):
        if start < end + len(piece):
            return index, piece[: start - end]
        end += len(piece)
    raise AssertionError("no token there")


def _piece(head: bytes, label: str, chosen: bytes) -> st.SearchStrategy[bytes]:
    """Other tokens that go on with ``label``: some of it, all of it, or more than it."""
    whole = f'{label}","next'.encode()
    return st.integers(1, len(whole)).map(lambda n: head + whole[:n]).filter(lambda piece: piece != chosen)


def _token(piece: bytes, logprob: float, tops: list[TopLogprob] | None = None) -> ChatCompletionTokenLogprob:
    text = piece.decode("utf-8", "replace")
    plain = text.encode() == piece
    return ChatCompletionTokenLogprob(
        token=text, logprob=logprob, top_logprobs=tops, bytes=None if plain and len(piece) % 2 else list(piece)
    )


@settings(deadline=None)
@given(tokenised())
def test_probabilities_do_not_depend_on_where_tokens_end(case: tuple[CreateResult, str, dict[str, float]]) -> None:
    """However a reply is cut into tokens, the alternatives at the label's start give its probabilities."""
    result, key, weights = case
    got = label_probabilities(result, key, list(weights))
    assert got is not None
    total = sum(weights.values())
    assert got == pytest.approx([weight / total for weight in weights.values()], abs=2e-9)
    assert sum(got) == pytest.approx(1.0, abs=1e-8)
    assert all(p == round(p, 9) for p in got)


def _as_told(tokens: list[ChatCompletionTokenLogprob]) -> bytes:
    """The tokens as an endpoint tells them."""
    content: list[dict[str, Any]] = [
        {"token": token.token, "logprob": token.logprob, "bytes": token.bytes} for token in tokens
    ]
    for entry, token in zip(content, tokens, strict=True):
        if token.top_logprobs is not None:
            entry["top_logprobs"] = [
                {"token": bytes(top.bytes).decode("utf-8", "replace"), "logprob": top.logprob, "bytes": top.bytes}
                for top in token.top_logprobs
                if top.bytes is not None
            ]
    return json.dumps(content).encode()


@settings(deadline=None)
@given(tokenised())
def test_probabilities_are_the_same_however_they_were_told(case: tuple[CreateResult, str, dict[str, float]]) -> None:
    """From an answer that is read late, from AutoGen's objects, and from the bytes of all tokens alone."""
    result, key, weights = case
    assert result.logprobs is not None
    wanted = label_probabilities(result, key, list(weights))
    reply = replace(Completion.of(result), tokens=ToldLogprobs.read(_as_told(result.logprobs)))
    assert LabelTokens(reply).probabilities(key, Labels(list(weights))) == wanted
    by_bytes = LabelTokens(reply)
    assert reply.tokens is not None
    by_bytes._read_bytes(reply.tokens)
    assert by_bytes.probabilities(key, Labels(list(weights))) == wanted


def _told(pieces: list[str], at: int, tops: list[tuple[str, float]]) -> CreateResult:
    tokens = [_token(piece.encode(), -0.5) for piece in pieces]
    tokens[at] = _token(pieces[at].encode(), -0.5, [TopLogprob(p, list(text.encode())) for text, p in tops])
    return _result("".join(pieces), logprobs=tokens)


def test_alternatives_that_tell_nothing_are_left_out() -> None:
    """What fits several labels, or ends before the label starts, counts for none; a label must be whole to count."""
    pieces = ['{"side":', '"left', '"}']
    tops = [('"', -0.1), ('"le', -0.1), ('"leftover', -0.1), ('"right"', -0.5), ("left", -0.1)]
    got = label_probabilities(_told(pieces, 1, [*tops, ('"legal', -0.5)]), "side", ["left", "legal", "right"])
    assert got == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_a_label_of_no_weight_has_none() -> None:
    """Labels that the endpoint did not list have probability 0."""
    result = _told(['{"emotion": "', "int", 'ense"}'], 1, [("int", -0.5), ("cal", -9999.0)])
    assert label_probabilities(result, "emotion", EMOTIONS) == (0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "result",
    [
        _result('{"emotion": "calm"}'),
        _result('{"emotion": "calm"}', logprobs=[]),
        _result('{"emotion": "calm"}', logprobs=[_token(b"other", -1.0)]),
        _result("é", logprobs=[_token(b"\xe9", -1.0)]),
        _result('{"emotion": "', logprobs=[_token(b'{"emotion": "', -1.0)]),
        _result('{"emotion":', logprobs=[_token(b'{"emotion":', -1.0)]),
        _result('{"emotion": 3}', logprobs=[_token(b'{"emotion": 3}', -1.0)]),
        _result('{"emotion" "calm', logprobs=[_token(b'{"emotion" "calm', -1.0)]),
        _result('{"mood": "calm"}', logprobs=[_token(b'{"mood": "calm"}', -1.0)]),
        _result('{"emotion": "glad"}', logprobs=[_token(b'{"emotion": "glad"}', -1.0)]),
        _result('{"emotion": "calm"}', logprobs=[_token(b'{"emotion": "calm"}', -9999.0)]),
        _result([FunctionCall(id="1", name="f", arguments="{}")], logprobs=[_token(b"{}", -1.0)]),
    ],
)
def test_without_evidence_there_are_no_probabilities(result: CreateResult) -> None:
    """No log probabilities, or none that fit, give none: nothing is made up, and nothing fails."""
    assert label_probabilities(result, "emotion", EMOTIONS) is None
