"""The registry of plugins: what is installed is found unseen, and what cannot be used is named with its package."""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from typing import Any

import pytest

from s3agents import plugins
from s3agents.errors import InputError

EMBEDDER = """
class Plain:
    name = "plain"
    def __init__(self, *, size: int = 2, api_key: str = "", seed: int = 0):
        if size < 1:
            raise ValueError(f"size {size} with {api_key}")
        self.size, self.seed = size, seed
    async def embed(self, texts): ...
    async def close(self): ...
"""
GROUP = "s3agents.embedder"
KEY = "memory.embedder.kind"


@pytest.fixture
def plain(install: Any) -> None:
    """A package with an embedder."""
    install("plain-vectors", {GROUP: {"plain": "plain_vectors:Plain"}}, code=EMBEDDER, version="2.1")


def refusal(*arguments: Any, **named: Any) -> str:
    """What is said of a plugin that cannot be had."""
    with pytest.raises(InputError) as refused:
        plugins.make(GROUP, *arguments, key=KEY, **named)
    return str(refused.value)


def test_plugins_are_found_and_not_imported(install: Any) -> None:
    """A package that would fail, and print, when imported is listed with its version; nothing of it runs."""
    install("noisy", {GROUP: {"noisy": "noisy:Loud"}}, code="print('here'); raise RuntimeError", version="0.3")
    (found,) = plugins.find(GROUP)
    assert (found.name, found.origin, found.value) == ("noisy", "noisy 0.3", "noisy:Loud")
    assert plugins.origin(GROUP, "noisy", key=KEY) == found
    assert "noisy" not in sys.modules
    assert plugins.find("s3agents.cognition") == ()


@pytest.mark.usefixtures("plain")
def test_a_plugin_is_made_of_its_options() -> None:
    """Options of the scenario come as keywords, and what the run gives only where it is asked for."""
    made = plugins.make(GROUP, "plain", {"size": 3}, key=KEY, given={"seed": 7, "language": "en"})
    assert (made.size, made.seed, made.name) == (3, 7, "plain")
    assert plugins.load(GROUP, "plain", key=KEY) is type(made)


@pytest.mark.usefixtures("plain")
def test_an_unknown_name_is_told_what_there_is() -> None:
    """Built-in and installed names, and the one that comes nearest."""
    told = refusal("plian")
    assert told.startswith("memory.embedder.kind: 'plian': wanted an embedder")
    assert all(name in told for name in ("hashing", "minilm", "perhaps plain"))


@pytest.mark.usefixtures("plain")
def test_the_name_of_a_built_in_kind_cannot_be_taken(install: Any) -> None:
    """A package that offers one is refused, whatever it holds."""
    install("taker", {GROUP: {"hashing": "taker:Other"}})
    assert "built-in" in refusal("hashing")


@pytest.mark.usefixtures("plain")
def test_a_name_that_two_packages_offer_is_refused(install: Any) -> None:
    """Both are named; neither is imported."""
    install("other", {GROUP: {"plain": "other:Plain"}}, code="raise RuntimeError")
    told = refusal("plain")
    assert "plain-vectors 2.1" in told
    assert "other 1.0.0" in told


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError"),
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("raise SystemExit(3)", "SystemExit"),
        ("x = 1", "AttributeError"),
        ("Plain = 3", "got a int"),
        ("class Plain:\n  name = 'x'\n  async def embed(self, texts): ...", "without a method close"),
        ("class Plain:\n  async def embed(self, texts): ...\n  async def close(self): ...", "without name"),
        ("class Plain:\n  name = ''\n  async def embed(self): ...\n  async def close(self): ...", "called with 1"),
        ("def Plain(): return None", "a NoneType without a method embed"),
    ],
)
def test_a_plugin_that_is_none_is_named_with_its_package(install: Any, code: str, said: str) -> None:
    """Where it stands in the scenario, its name, its package and version, and the cause."""
    install("broken", {GROUP: {"plain": "broken:Plain"}}, code=code)
    told = refusal("plain")
    assert told.startswith("memory.embedder.kind: plugin 'plain' of broken 1.0.0: wanted")
    assert said in told


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sise": 3}, "those that it takes (size, api_key, seed), got sise"),
        ({"size": 0}, "ValueError: size 0"),
        ({"seed": 3}, "leave them out"),
    ],
)
def test_options_that_a_plugin_does_not_take_are_named(options: dict[str, object], said: str) -> None:
    """Before it is made where its signature tells, else with what it says."""
    assert said in refusal("plain", options, given={"seed": 1})


@pytest.mark.usefixtures("plain")
def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch, install: Any) -> None:
    """Neither of the options nor of the environment, in the message or in what it is chained to."""
    monkeypatch.setenv("MY_API_KEY", "sk-environment")
    code = "import os; raise RuntimeError(os.environ['MY_API_KEY'])"
    install("teller", {GROUP: {"teller": "teller:Plain"}}, code=code)
    for name, options in (("plain", {"size": 0, "api_key": "sk-option-1"}), ("teller", {})):
        with pytest.raises(InputError) as refused:
            plugins.make(GROUP, name, options, key=KEY)
        assert "sk-" not in str(refused.value)
        assert "***" in str(refused.value)
        assert refused.value.__cause__ is None


@pytest.mark.parametrize("group", [group for group in plugins.GROUPS.values() if group.methods], ids=lambda g: g.name)
def test_groups_ask_for_what_their_ports_say(group: plugins.Group) -> None:
    """Methods with as many arguments, and attributes, as the Protocol has them."""
    module, _, name = group.port.partition(":")
    port = getattr(import_module(f"{module}"), name)
    for method, count in group.methods.items():
        inspect.signature(getattr(port, method)).bind(None, *range(count))
    stated = {*getattr(port, "__annotations__", {})}
    assert all(name in stated or isinstance(getattr(port, name), property) for name in group.attributes)
    if getattr(port, "_is_protocol", False):
        members = stated | {member for member in vars(port) if not member.startswith("_")}
        assert members == {*group.methods, *group.attributes}


@pytest.mark.usefixtures("plain")
def test_other_versions_are_told_in_words() -> None:
    """Of those that are known; workers are told by it, and whoever goes on with a run."""
    (facts,) = plugins.find(GROUP)
    assert plugins.differing([facts], {facts.place: facts.origin, "s3agents.embedder other": "other 1"}) == ""
    told = plugins.differing([facts, facts], {facts.place: "plain-vectors 2.0"})
    assert told == "; ".join(["plain is of plain-vectors 2.1, not of plain-vectors 2.0"] * 2)
    assert plugins.differing([facts], {}) == ""


def test_what_a_plugin_prints_is_no_result(install: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """While it is imported and made: it goes where notes go."""
    code = f"print('imported'){EMBEDDER}\ndef make():\n    print('made')\n    return Plain()\n"
    install("chatty", {GROUP: {"chatty": "chatty:make"}}, code=code)
    plugins.make(GROUP, "chatty", key=KEY)
    printed = capsys.readouterr()
    assert (printed.out, printed.err.split()) == ("", ["imported", "made"])
