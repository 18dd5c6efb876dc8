"""HashingEmbedder: the same vector everywhere, and near for texts on the same topic."""

import math
import os
import subprocess
import sys
import unicodedata
import zlib
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import InputError

TOPICS = {
    "english": [
        [
            "The Supreme Court has overturned the abortion ruling",
            "Abortion ruling overturned by the Supreme Court: protests in every state",
            "What does the court say about abortion now?",
        ],
        [
            "Our team wins the football cup after extra time",
            "Football cup: a penalty after extra time decides the final",
            "I will watch the football final with the whole team",
        ],
        [
            "Heavy rain floods the old town, the river is still rising",
            "River rising after days of heavy rain, bridges closed",
            "The town closed all bridges over the river",
        ],
    ],
    "chinese": [
        ["最高法院推翻了堕胎权裁决", "堕胎权裁决被最高法院推翻，各地抗议", "法院对堕胎权到底怎么说？"],
        ["我们球队加时赛赢得足球冠军", "足球决赛加时赛点球决出冠军", "今晚和大家一起看足球决赛"],
        ["暴雨淹没了老城，河水还在上涨", "连日暴雨河水上涨，大桥封闭", "城里所有大桥都封闭了，河水太高"],
    ],
}


@pytest.mark.parametrize("topics", TOPICS.values(), ids=TOPICS.keys())
async def test_texts_on_one_topic_are_nearer_than_on_two(topics):
    """On average over all pairs, and for each text its nearest neighbour."""
    texts = [text for topic in topics for text in topic]
    labels = np.repeat(np.arange(len(topics)), [len(topic) for topic in topics])
    vectors = await HashingEmbedder().embed(texts)
    near = vectors @ vectors.T
    same = labels[:, None] == labels[None, :]
    others = ~np.eye(len(texts), dtype=bool)
    assert near[same & others].mean() > 2 * abs(near[~same].mean()) + 0.1
    nearest = np.where(others, near, -1).argmax(axis=1)
    assert (labels[nearest] == labels).all()


@given(texts=st.lists(st.text(), max_size=8), dimensions=st.integers(1, 300))
async def test_a_vector_does_not_hang_on_its_batch(texts, dimensions):
    """Each text alone gives the same bits as among others."""
    embedder = HashingEmbedder(dimensions)
    together = await embedder.embed(texts)
    assert together.shape == (len(texts), dimensions)
    assert together.dtype == np.float32
    for text, vector in zip(texts, together, strict=True):
        assert (await embedder.embed([text]))[0].tobytes() == vector.tobytes()


def by_definition(text: str, dimensions: int) -> np.ndarray:
    """The vector of a text, feature by feature: words weigh 1 and pairs of words half, each more as it occurs again."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    short, long = Counter(words), Counter(f"{one} {other}" for one, other in pairwise(words))
    folded = [0.0] * dimensions
    for features, weight in ((short, 1.0), (long, 0.5)):
        for feature, count in features.items():
            mixed = zlib.crc32(feature.encode()) * 0x9E3779B97F4A7C15 % 2**64 >> 24
            damped = weight * (1.0 if count == 1 else 1.0 + math.log(count))
            folded[(mixed >> 1) % dimensions] += damped if mixed & 1 else -damped
    length = math.hypot(*folded)
    return np.array([value / length if length else value for value in folded]).astype(np.float32)


_WORDS = st.sampled_from(["tax", "Tax", "the", "sugar", "naïve", "STRASSE", "straße", "7", "１"])


@given(texts=st.lists(st.lists(_WORDS, max_size=12).map(" ".join), max_size=4), dimensions=st.integers(1, 64))
async def test_vectors_have_the_bits_of_their_definition(texts, dimensions):
    """Law: however they are worked out, in plain letters or others, and however often words and pairs occur."""
    found = await HashingEmbedder(dimensions).embed(texts)
    assert found.tobytes() == b"".join(by_definition(text, dimensions).tobytes() for text in texts)


@given(text=st.text())
async def test_a_vector_has_length_one_or_zero(text):
    """Zero for a text without words, or whose words cancel out."""
    length = float(np.linalg.norm((await HashingEmbedder().embed([text]))[0]))
    assert length == pytest.approx(1.0, abs=1e-5) or length == 0.0


@pytest.mark.parametrize("text", ["", "  \n", "...!?", "https://example.org/a?b=c", "\ud83d"])
async def test_a_text_without_words_is_zero(text):
    """Addresses and punctuation tell no topic."""
    assert not (await HashingEmbedder().embed([text])).any()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Climate NOW", "climate now"),
        ("STRASSE", "straße"),
        ("ＣＬＩＭＡＴＥ", "climate"),
        ("climate, now!", "climate now"),
        ("look https://t.co/x here", "look here"),
    ],
)
async def test_spelling_that_means_nothing_makes_no_difference(one, other):
    """Case, width, punctuation, addresses."""
    vectors = await HashingEmbedder().embed([one, other])
    assert vectors[0].tobytes() == vectors[1].tobytes()


@pytest.mark.parametrize("text", ["dog bites man", "人咬狗", "คนกัดหมา", "नमस्ते दुनिया", "🎉", "ok 好"])
async def test_every_script_has_features(text):
    """Words, characters, emoji; and another order of them is another text."""
    vectors = await HashingEmbedder().embed([text, text[::-1]])
    assert vectors[0].any()
    assert len(text) == 1 or vectors[0].tobytes() != vectors[1].tobytes()


def test_another_process_gives_the_same_vector():
    """Python's own hash differs from process to process; this must not."""
    code = (
        "import asyncio, hashlib; from s3agents.embed.hashing import HashingEmbedder;"
        "v = asyncio.run(HashingEmbedder(64).embed(['The same vector', '同一个向量']));"
        "print(hashlib.sha256(v.tobytes()).hexdigest())"
    )
    prints = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        prints.add(done.stdout.strip())
    assert prints == {"94373d41186200643180c4a1af025e44c2c1f97b40d90f50963565722e103647"}


def test_its_name_tells_the_size():
    """As manifests show it."""
    assert HashingEmbedder(64).name == "hashing-64"


def test_it_needs_a_dimension():
    """None at all is an error of input."""
    with pytest.raises(InputError, match="at least 1"):
        HashingEmbedder(0)
