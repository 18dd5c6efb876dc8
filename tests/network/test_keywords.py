"""Keyword queries: what they find in which script, how they are written, and the laws of their logic."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import InputError
from s3agents.network.keywords import KeywordQuery, keyword_query
from s3agents.network.word_bounds import fold

FOUND = [
    ("nuclear", "A NUCLEAR plant"),
    ("nuclear", "anti-nuclear, #nuclear @nuclear nuclear's http://example.org/nuclear?x"),
    ("nuclear", "（ｎｕｃｌｅａｒ）"),
    ("nucl*", "nuclearised"),
    ('"power pl"*', "power plants"),
    ('"power plant"', "power \n\t plant"),
    ("“power plant”", "power\u3000plant"),
    ("strasse", "STRAẞE Straße"),
    ("straße", "STRASSE"),
    ("office", "the oﬃce"),
    ("café", "CAFE\u0301"),
    ("cafe\u0301", "un café"),
    ("istanbul", "İSTANBUL"),
    ("ILIK", "ılık"),
    ("σίσυφος", "ΣΊΣΥΦΟΣ"),
    ("it's", "it’s"),
    ("eau", "l’eau"),
    ("covid-19", "COVID‑19"),
    ("C++", "I like c++!"),
    ("AT&T", "at&t"),
    ("U.S.", "in the U.S. today"),
    ("t.co/Ab", "http://t.co/ab"),
    ('"http://t.co/a,b"', "see http://t.co/a,b"),
    ("#nuclear", "no #Nuclear!"),
    ("#核污水", "#核污水# 排放"),
    ("#核污水#", "#核污水#排放"),
    ("#nucl*", "#NuclearPower"),
    ("@张三", "转发@张三：好"),
    ("@ann_b", "hi @Ann_B."),
    ("核污水", "日本排放核污水了"),
    ("5G网络", "用5G网络吧"),
    ("ﾃﾞﾓ", "反原発デモ行進"),
    ("原発", "反原発デモ"),
    ("นิวเคลียร์", "โรงไฟฟ้านิวเคลียร์แห่งแรก"),
    ("ไฟฟ้านิว", "ไฟฟ้า\u200bนิว"),
    ("원자력", "그래서 원자력은 위험하다"),
    ("AI", "AI는 위험하다"),
    ("नाभिकीय", "नाभिकीय ऊर्जा"),
    ("👍", "ok👍🏽"),
    ("❤", "I ❤️ you"),
    ("🇯🇵", "🇺🇸🇯🇵"),
    ("soft", "so\u00adft"),
    ("كتاب", "كتـــاب جديد"),
    ('"AND"', "this and that"),
    ('":)"', "fine :)"),
]
NOT_FOUND = [
    ("nuclear", "nuclearised"),
    ("nuclear", "thermonuclear"),
    ("nuclear", "#NuclearPower nuclear_power nuclear2"),
    ("power*", "superpower"),
    ('"power plant"', "power-plant power, plant power plants"),
    ("cafe", "café"),
    ("cafe", "cafe\u0301"),
    ("resume", "résumé"),
    ("C++", "c c+"),
    ("#nuclear", "nuclear #nuclearpower #nuclear_power page#nuclear"),
    ("#核污", "#核污水#"),
    ("@张三", "@张三丰"),
    ("@ann", "@ann_b joe@ann.org"),
    ("后面", "後面"),
    ("北京大学", "我去了北京 大学生们"),
    ("5G网络", "用15G网络吧"),
    ("か", "がが"),
    ("การ", "การ์ด"),
    ("자력", "원자력은"),
    ("नाभिक", "नाभिकीय"),
    ("🇯🇵", "🇦🇯🇵🇱"),
    ("nuclear", ""),
]
REFUSED = [
    ("", 1, "got the end"),
    ("   ", 4, "got the end"),
    ("a OR", 5, "got the end"),
    ("a AND AND b", 7, "got 'AND'"),
    ("OR a", 1, "got 'OR'"),
    ("a || | b", 6, "got '|'"),
    ("a NOT", 6, "got the end"),
    ("a (b", 3, "a ( that is not closed"),
    ("a) b", 2, "a ) too many"),
    ("()", 2, "got ')'"),
    ('a "b', 3, "a closing quote"),
    ('a ""', 3, "nothing that can be seen"),
    ("a *", 3, "nothing that can be seen"),
    ("\u00ad", 1, "nothing that can be seen"),
    ("a - b", 3, "right behind the -"),
    ("a, b", 1, "without commas"),
    ("核，水", 1, "without commas"),
    ("(" * 31 + "a" + ")" * 31, 31, "at most 30"),
]

WORDS = ["nuclear", "water", "waste", "核污水", "원전", "café", "straße", "#tag", "@ann", "C++", "plant"]
SEPARATORS = [" ", ", ", "。", "\n", "-", "x", "", "'"]

keywords = st.sampled_from([*WORDS, "nucl*", '"nuclear water"', '"AND"', '"a (b) |"*'])
texts = st.lists(st.tuples(st.sampled_from([*WORDS, "other", "nuclear  water"]), st.sampled_from(SEPARATORS))).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
trees = st.recursive(
    keywords,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND NOT {pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} AND NOT (NOT {pair[1]}))"),
    ),
    max_leaves=6,
)


def matches(query: str, text: str) -> bool:
    """Whether ``query`` matches ``text``."""
    return KeywordQuery.parse(query).matches(text)


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_a_keyword_is_found(query: str, text: str) -> None:
    """In every script, form, and company that counts as the same word."""
    assert matches(query, text)


@pytest.mark.parametrize(("query", "text"), NOT_FOUND)
def test_another_word_is_not_found(query: str, text: str) -> None:
    """Neither within a longer word of a script with spaces, nor with other accents, nor across white space."""
    assert not matches(query, text)


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ('nuclear AND (water OR wastewater) NOT "power plant"', None),
        ("a b", "a AND b"),
        ("a & b && c", "a AND b AND c"),
        ("a|b || c", "a OR b OR c"),
        ("a b OR c d", "(a AND b) OR (c AND d)"),
        ("a -b", "a AND NOT b"),
        ('a -"b c" -(d e)', 'a AND NOT "b c" AND NOT (d AND e)'),
        ("a AND NOT NOT b", "a AND b"),
        ("a AND ((b) AND (c AND d))", "a AND b AND c AND d"),
        ("ａ　ＡＮＤ（核｜원전）", "a AND (核 OR 원전)"),
        ('a "OR" or', 'a AND "OR" AND or'),
        ('"b"* "b c"* "b*"', 'b* AND "b c"* AND "b*"'),
        ("covid-19 1,000", 'covid-19 AND "1,000"'),
        ("“a  b”c", '"a b" AND c'),
    ],
)
def test_a_query_has_one_written_form(query: str, canonical: str | None) -> None:
    """Operators in words, brackets where they are needed, quotes where a word would read as something else."""
    assert str(KeywordQuery.parse(query)) == (canonical or 'nuclear AND (water OR wastewater) AND NOT "power plant"')


@pytest.mark.parametrize(("query", "place", "what"), REFUSED)
def test_what_is_no_query_is_refused_with_the_place(query: str, place: int, what: str) -> None:
    """The message shows the query, the number of the character, and what is wrong there."""
    with pytest.raises(InputError) as caught:
        KeywordQuery.parse(query)
    assert f"character {place}:" in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize("query", ["NOT a", "-a", "NOT (a b)", "a OR NOT b", "-a -b"])
def test_a_query_that_asks_for_nothing_is_refused(query: str) -> None:
    """It would match nearly every post there is."""
    with pytest.raises(InputError, match="matches every post without them"):
        KeywordQuery.parse(query)


def test_keywords_are_those_looked_for() -> None:
    """In their order, each once, without what stands under NOT; under two of them it is looked for."""
    query = KeywordQuery.parse('b AND (a OR "c d") NOT (e AND NOT f) OR b*')
    assert query.keywords == ("b", "a", '"c d"', "f", "b*")


def test_any_of_several_queries() -> None:
    """Each is a query by itself, of which one is enough; none at all is refused, as is a bare text."""
    query = keyword_query(["a b", "c OR d"])
    assert str(query) == "(a AND b) OR c OR d"
    assert [query.matches(text) for text in ("a", "b a", "d")] == [False, True, True]
    for nothing in ([], "", "abc"):
        with pytest.raises(InputError, match="one or more queries"):
            keyword_query(nothing)
    with pytest.raises(InputError, match="character 2"):
        keyword_query(["a", "b)"])


@given(trees, texts)
def test_the_written_form_is_the_same_query(query: str, text: str) -> None:
    """Reading what a query writes gives an equal query, which matches the same texts."""
    once = KeywordQuery.parse(query)
    again = KeywordQuery.parse(str(once))
    assert again == once
    assert str(again) == str(once)
    assert again.matches(text) == once.matches(text)


@given(st.text(min_size=1, max_size=12))
def test_any_phrase_keeps_its_meaning(phrase: str) -> None:
    """A quoted text is found in itself, unless it holds a quote or nothing that can be seen."""
    try:
        query = KeywordQuery.parse(f'"{phrase}"')
    except InputError:
        return
    assert KeywordQuery.parse(str(query)) == query


@given(trees, trees, trees, texts)
def test_de_morgan(first: str, second: str, third: str, text: str) -> None:
    """NOT over OR is AND of NOTs, and the other way round."""
    assert matches(f"{first} NOT ({second} OR {third})", text) == matches(f"{first} -{second} -{third}", text)
    split = f"{first} AND (NOT {second} OR NOT {third})"
    assert matches(f"{first} NOT ({second} AND {third})", text) == matches(split, text)


@given(trees, trees, texts)
def test_logic_is_that_of_the_parts(first: str, second: str, text: str) -> None:
    """AND, OR and NOT of queries hold where they do of what the parts say; an OR loses nothing."""
    a, b = matches(first, text), matches(second, text)
    assert matches(f"{first} {second}", text) == (a and b)
    assert matches(f"{first} OR {second}", text) == (a or b)
    assert matches(f"{first} NOT {second}", text) == (a and not b)
    assert keyword_query([first, second]).matches(text) == (a or b)


@given(trees, texts, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]), st.sampled_from(["NFC", "NFD"]))
def test_form_and_case_do_not_count(query: str, text: str, case: Callable[[str], str], form: str) -> None:
    """A text matches the same in any case and with accents in one character or two."""
    assert matches(query, unicodedata.normalize(form, case(text))) == matches(query, text)


def test_every_character_is_folded_with_its_relatives() -> None:
    """Upper, lower and title case, composed and decomposed, of all of Unicode; and folding twice changes nothing."""
    for character in map(chr, range(0x80, sys.maxunicode + 1)):
        apart = unicodedata.normalize("NFD", character)
        relatives = {character.upper(), character.lower(), character.title(), apart} - {character}
        if relatives:
            folded = fold(character)
            assert {fold(relative) for relative in [*relatives, folded]} == {folded}


@given(st.text("aeinуяéäşبت\u0301ि", min_size=1, max_size=6), st.text("xо\u0308ت9_"), st.text("xо\u0308ت9_"))
def test_a_longer_word_is_another_word(word: str, before: str, behind: str) -> None:
    """Where words have spaces, a keyword is not found with letters, digits or marks attached to it."""
    word = "n" + word
    assert matches(word, f"{word}.")
    assert matches(word, f"x {word}") == matches(word, f"{word} x") is True
    assert matches(word, before.lstrip("\u0308") + word + behind) == (not before.lstrip("\u0308") + behind)


HOSTILE = [
    ("a" * 10_000, "a" * 1_000_000),
    ("a" * 10_000 + "b", "a" * 1_000_000),
    ('"' + "a " * 5_000 + 'b"', "a " * 500_000),
    ('"(a+)+$"', "a" * 1_000_000),
    ('"' + ".*" * 5_000 + '"', "." * 1_000_000),
    ("#" * 5_000, ("#" * 4_999 + "x") * 200),
    ("@" + "a" * 9_999, "@" + "a" * 1_000_000),
    ("核" * 10_000 + "x", "核" * 1_000_000),
    ("é" * 10_000, "é" * 1_000_000),
    ("á", "a" + "\u0301\u0316" * 500_000),
    ("🇯🇵" * 3_000 + "a", "🇯🇵" * 500_000),
    (" ".join(f"a{n}" for n in range(5_000)), "a" * 1_000_000),
    (" OR ".join(f"a{n}" for n in range(500)), "b " * 500_000),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("query", "text"), HOSTILE, ids=[query[:6] for query, _ in HOSTILE])
def test_hostile_keywords_and_texts_take_linear_time(query: str, text: str) -> None:
    """A million characters made to backtrack are searched in a second or so; in quadratic time it would be hours."""
    assert not KeywordQuery.parse(query).matches(text)
