"""Pseudonyms: what identifies people goes, the same each time; what says when, how much and about what stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from s3agents.errors import InputError
from s3agents.network.pseudonyms import Pseudonyms, new_key, read_key

KEY = b"sixteen bytes it"
TOKEN = re.compile(r"@u[0-9a-f]{18}|(?:EMAIL|URL|NUM)_[0-9a-f]{8}")

MENTIONS = ["@bob_x", "@BOB_x", "@张三", "@李四-x", "＠carol", "@สมชาย", "@bob_x@mastodon.social", "@müller"]
EMAILS = ["joe@example.org", "Joe.Doe+x@mail.example.co.uk", "müller@münchen.de", "12345678@qq.com", "a_b＠x-y.net"]
LINKS = [
    "http://t.co/AbC", "https://example.org/a_(b)?c=d&e=f#g", "HTTP://EXAMPLE.ORG", "ftp://example.org/x",
    "https://zh.wikipedia.org/wiki/核电", "http://例子.中国/路径", "www.example.org", "t.co/AbC", "youtu.be/x-y_z",
    "münchen.de/straße", "http://me@example.org:8080/", "weibo.com/1234567890", "http://x.org/@bob_x",
]  # fmt: skip
NUMBERS = [
    "1234567", "13812345678", "138-1234-5678", "138 1234 5678", "１３８１２３４５６７８", "０２２－２２１－２０００",
    "+8613812345678", "+86 138 1234 5678", "+44 20 7946 0958", "+44 (0)20 7946 0958",
    "＋４４　２０　７９４６　０９５８", "+1 (555) 123-4567", "(555) 123-4567", "（010）65541234", "555.123.4567",
    "555-123-4567", "555–123–4567", "06 12 34 56 78", "0044 20 7946 0958", "020 7946 0958", "110101199003071234",
    "11010119900307123X", "11010119900307123x", "110101 19900307 123X", "4111 1111 1111 1111", "4111-1111-1111-1111",
    "192.168.10.100", "98765 43210", "612 345 678", "39.9042123", "٠١٢٣٤٥٦٧٨٩", "1990-13-07", "9123 4567",
]  # fmt: skip
STAYING = [
    "2015", "in 2014-2015", "1990–2015", "2014 2015 2016", "2015-01-07", "2015/01/07", "2015.1.7", "07.01.2015",
    "7-1-2015", "07 01 2015", "2015年1月7日", "2015-01-07T12:30:45.123456Z", "2015.01-2015.06",
    "24.12.2015-26.12.2015", "12:30:45", "10:00-11:30", "$1,234,567.89", "1,000,000", "1 000 000", "1.234.567,89",
    "12345.67", "$1234567", "￥１２３４５６７", "1234567元", "3000-5000元", "3000-5000", "10.5-12.75", "50%",
    "1234567%", "123456", "110", "3.14159", "24/7", "and/or", "he/she", "1/2/3", "#tag", "#核污水#", "#2015", "@",
    "@ home", "＠", "a@b", "foo@bar.", "e.g./i.e.", "example.org", "http://", "end.Start", "C++", "ok :/",
]  # fmt: skip
GAPS = [", ", "，", "\n", " and ", "。请看", ": ", " (", ")；", "“", "…"]

kinds = {"user": MENTIONS, "EMAIL": EMAILS, "URL": LINKS, "NUM": NUMBERS}
parts = st.sampled_from([part for kind in kinds.values() for part in kind])
keys = st.binary(min_size=16, max_size=100)
adversarial = st.text("@.a1u/:-_ 核X+,(＠１é'", max_size=60)
tokens = ["@u" + "1" * 18, "URL_12345678", "NUM_1234567"]
everything = [*MENTIONS, *EMAILS, *LINKS, *NUMBERS, *STAYING, *tokens, *"@.-/x1核 "]
near_misses = st.lists(st.sampled_from(everything)).map("".join)


@pytest.fixture(scope="module")
def names() -> Pseudonyms:
    """Those that know two handles."""
    known = Pseudonyms(KEY)
    known.know("Bob_X", "7")
    known.know("@张三", "8")
    return known


def told(names: Pseudonyms, text: str) -> str:
    """The pseudonymised ``text``, with its tokens taken out."""
    return TOKEN.sub("", names.text(text))


def test_users_and_posts() -> None:
    """A letter and 72 bits, by the key; a user and a post of one id have nothing in common."""
    names = Pseudonyms(KEY)
    assert re.fullmatch(r"u[0-9a-f]{18}", names.user("7"))
    assert re.fullmatch(r"p[0-9a-f]{18}", names.post("7"))
    assert names.user("7")[1:] != names.post("7")[1:]
    assert names.user("7") == Pseudonyms(KEY).user("7") != names.user("07")
    assert len({names.user(str(n)) for n in range(10_000)}) == 10_000
    assert names.user("\ud800") != names.user("\ud801")


@given(keys, keys, st.text(max_size=20))
def test_the_key_decides(key: bytes, other: bytes, ident: str) -> None:
    """The same key gives the same pseudonyms and texts, another one others, also where keys begin alike."""
    text = f"@bob_x 13812345678 http://x.org/{len(ident)}"
    same = [Pseudonyms(key).user(ident), Pseudonyms(key).post(ident), Pseudonyms(key).text(text)]
    assert same == [Pseudonyms(key).user(ident), Pseudonyms(key).post(ident), Pseudonyms(key).text(text)]
    for different in {other, key + b"x"} - {key}:
        names = Pseudonyms(different)
        assert not {names.user(ident), names.post(ident), names.text(text)} & set(same)


@pytest.mark.parametrize(("kind", "part"), [(kind, part) for kind, found in kinds.items() for part in found])
def test_what_identifies_becomes_one_token(names: Pseudonyms, kind: str, part: str) -> None:
    """Alone, in a sentence, and in Chinese without a space before it."""
    token = names.text(part)
    assert re.fullmatch(r"@u[0-9a-f]{18}" if kind == "user" else rf"{kind}_[0-9a-f]{{8}}", token)
    assert names.text(f"See {part}, ok.") == f"See {token}, ok."
    assert names.text(f"请看{part}。") == f"请看{token}。"


@pytest.mark.parametrize("text", STAYING)
def test_what_identifies_nobody_stays(names: Pseudonyms, text: str) -> None:
    """Dates, times, amounts, short numbers, hashtags, domains, and what only looks like a name or a link."""
    for whole in (text, f"It is {text}, ok", f"（{text}）"):
        assert names.text(whole) == whole


@given(st.lists(st.sampled_from(["Nuclear", "water", "核污水", "원전", "été", "👍", *STAYING])))
def test_texts_without_any_such_thing_are_unchanged(words: list[str]) -> None:
    """Whatever stays alone stays in company."""
    text = "; ".join(words)
    assert Pseudonyms(KEY).text(text) == text


@given(st.lists(st.tuples(parts, st.sampled_from(GAPS)), min_size=1))
def test_nothing_that_identifies_survives(pieces: list[tuple[str, str]]) -> None:
    """Of any number of names, addresses, links and numbers in one text, nothing but what stood between them is left."""
    text = "".join(part + gap for part, gap in pieces)
    assert told(Pseudonyms(KEY), text) == "".join(gap for _, gap in pieces)


@given(st.one_of(adversarial, near_misses))
@example("@bob_x@u" + "1" * 18 + "URL_12345678123456789")
@example("joe@x.org12345678@y.org@bob_x")
@example("http://t.co/a１３８１２３４５６７８")
def test_a_second_time_changes_nothing(text: str) -> None:
    """Under any key, as tokens are known; in whatever way names, links and numbers run into each other."""
    once = Pseudonyms(KEY).text(text)
    assert Pseudonyms(KEY).text(once) == once
    assert Pseudonyms(b"another key, as long").text(once) == once


def test_mentions_are_of_the_users_that_are_known(names: Pseudonyms) -> None:
    """In any case and width, with other script attached; the rest are the same person under the same name."""
    bob, zhang = f"@{names.user('7')}", f"@{names.user('8')}"
    assert names.text("RT @bob_x: @BOB_X ＠bob_x .@Bob_X's") == f"RT {bob}: {bob} {bob} .{bob}'s"
    assert names.text("RT@bob_x:x") == f"RT{bob}:x"
    assert names.text("@bob_xさん//@张三:好@张三@bob_x") == f"{bob}さん//{zhang}:好{zhang}{bob}"
    stranger = names.text("@Stranger")
    assert names.text("@stranger，@STRANGER") == f"{stranger}，{stranger}"
    others = ["@bob_xy", "@bob_x-y", "@张三丰", "@bob_x@mastodon.social", "@bob_x.joe@example.org", "@carol"]
    assert len({bob, zhang, stranger, *map(names.text, others)}) == 3 + len(others)
    assert names.text("joe_@bob_x") == "joe_@bob_x", "an @ within a word begins no name"


def test_one_thing_has_one_token(names: Pseudonyms) -> None:
    """Numbers by their digits, e-mail addresses in any case, links to the letter but for the full stop behind them."""
    assert (
        len({names.text(n) for n in ("13812345678", "138-1234-5678", "138 1234 5678", "１３８１２３４５６７８")}) == 1
    )
    assert names.text("11010119900307123x") == names.text("11010119900307123X") != names.text("11010119900307123")
    assert names.text("Joe@Example.org") == names.text("joe@example.org")
    assert names.text("(http://t.co/Ab).") == f"({names.text('http://t.co/Ab')})."
    assert names.text("http://t.co/Ab") != names.text("http://t.co/AB")


def test_long_numbers_go_from_within_words_and_hashtags(names: Pseudonyms) -> None:
    """What is attached to them stays."""
    assert told(names, "QQ12345678 abc1234567def #1234567 2015-01-07 13812345678") == "QQ abcdef # 2015-01-07 "


def test_keys_come_from_the_environment() -> None:
    """As they stand there; a fresh one survives the way through it; none is none."""
    key = new_key()
    assert read_key({"S3AGENTS_PSEUDONYM_KEY": key.decode()}) == key != new_key()
    assert read_key({"OTHER": f" {key.decode()}\n"}, "OTHER") == key
    assert read_key({}) is None
    assert read_key({"S3AGENTS_PSEUDONYM_KEY": "密钥密钥密钥"}) == "密钥密钥密钥".encode()
    assert len(key) == 64


@pytest.mark.parametrize("key", ["", "   ", "hunter2", "fifteen bytes, "])
def test_a_short_key_is_refused_and_not_shown(key: str) -> None:
    """The message names the variable and the length that is wanted."""
    with pytest.raises(InputError, match="16 bytes or more") as caught:
        read_key({"MY_KEY": key}, "MY_KEY")
    assert str(caught.value).startswith("MY_KEY: ")
    assert key.strip() == "" or key.strip() not in str(caught.value)
    with pytest.raises(InputError, match="16 bytes or more"):
        Pseudonyms(key.encode()[:15])


def test_the_key_is_not_shown() -> None:
    """Neither by ``repr`` nor by any attribute."""
    names = Pseudonyms(KEY)
    shown = repr(names) + "".join(repr(getattr(names, slot)) for slot in Pseudonyms.__slots__)
    assert KEY.decode() not in shown
    assert KEY.hex() not in shown


HOSTILE = [
    "1", "1-", "1 ", "12-34 ", "@", "@a", "a@", "@a-", "@a.", "a.", "a@b.", "a-", "http://", "http://x/核!", "x.co/.",
    "+1", "(", "+1 (", "核@", "@核-", "2014 ", "$1,", "1,234", "@a\u0301\u0316", "a" * 99 + "@", "RT@", "URL_abcdef12",
    "x@a@b.co",
]  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", HOSTILE, ids=ascii)
def test_hostile_texts_take_linear_time(names: Pseudonyms, unit: str) -> None:
    """What is made to backtrack takes a second or so; in quadratic time, or worse, it would take minutes and more."""
    text = unit * (50_000 // len(unit))
    assert names.text(text + "\n@bob_x") == names.text(text) + f"\n@{names.user('7')}"


def test_an_id_is_the_name_of_its_user_unless_it_is_a_handle() -> None:
    """Where ids are names, ``@id`` is the user; a handle of somebody else goes before."""
    pseudonyms = Pseudonyms(KEY)
    pseudonyms.know("bob", "17")
    for ident in ("alice_smith", "bob"):
        pseudonyms.know_id(ident)
    assert pseudonyms.text("@Alice_Smith and @bob") == f"@{pseudonyms.user('alice_smith')} and @{pseudonyms.user('17')}"


@pytest.mark.parametrize("unseen", ["\u200b", "\u2066", "\ufeff", "\u00ad"])
def test_invisible_characters_do_not_break_names_apart(unseen: str) -> None:
    """A name or number with something invisible in it is that name or number."""
    pseudonyms = Pseudonyms(KEY)
    assert pseudonyms.text(f"@{unseen}ali{unseen}ce 138{unseen}12345678") == pseudonyms.text("@alice 13812345678")
