"""The sampling of processor time: held against loads whose shares are known."""

from __future__ import annotations

import gc
import importlib.util
import threading
import time
import weakref
from pathlib import Path
from types import ModuleType

import pytest

from s3agents.bench import stages
from s3agents.bench.sampling import CpuSampler, Sampled
from s3agents.bench.stages import OTHER, STAGES, module_of, stage_of

pytestmark = pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="needs clocks of threads")

_SPIN = """
import time
def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(200))
"""


def module(name: str) -> ModuleType:
    """A module of this name that can spend processor time."""
    made = ModuleType(name)
    exec(compile(_SPIN, name, "exec"), made.__dict__)
    return made


def test_shares_are_those_of_a_known_load() -> None:
    """Three modules that take turns at spending 1/2, 1/3 and 1/6: the error is within four standard errors."""
    parts = {"s3agents.prompts.x": 0.5, "nats.x": 1 / 3, "s3agents.record.x": 1 / 6}
    modules = {name: module(name) for name in parts}
    sampler = CpuSampler()
    sampler.start()
    for n in range(60):
        for name, share in parts.items():
            modules[name].spin((0.02 + 0.0007 * (n % 11)) * share)  # out of step with the clock that samples
    sampled = sampler.stop()
    whole = sum(sampled.seconds.values())
    assert whole >= 1.2
    assert sampled.samples > 50
    for name, share in parts.items():
        error = (share * (1 - share) / sampled.samples) ** 0.5
        assert sampled.seconds[name] / whole == pytest.approx(share, abs=4 * error)


def test_other_threads_count_with_what_they_spend() -> None:
    """A thread at work is seen beside a main thread at work, each with its own time; one that waits is not."""
    mine, theirs = module("s3agents.replies.x"), module("chromadb.x")
    over = threading.Event()
    waiting = threading.Thread(target=over.wait)
    working = threading.Thread(target=theirs.spin, args=(0.4,))
    waiting.start()
    sampler = CpuSampler()
    sampler.start()
    working.start()
    mine.spin(0.8)
    working.join()
    spent = sampler.stop().stages()
    over.set()
    waiting.join()
    assert spent["parse"] == pytest.approx(0.8, rel=0.15)
    assert spent["recall"] == pytest.approx(0.4, rel=0.15)
    assert sum(spent.values()) == pytest.approx(spent["parse"] + spent["recall"], rel=0.1)


def test_nothing_is_spent_while_nothing_is_done() -> None:
    """No samples, no seconds, and all stages at nought."""
    sampler = CpuSampler()
    sampler.start()
    sampled = sampler.stop()
    assert sampled == Sampled(seconds={}, samples=0)
    assert set(sampled.stages()) == set(STAGES)


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("s3agents.prompts.pack", "render"),
        ("langchain_core.prompts.prompt", "render"),
        ("s3agents.llm.answers", "parse"),
        ("s3agents.llm.reply_store", "replies kept"),
        ("s3agents.llm.openai_http", "model client"),
        ("aiohttp.client", "model client"),
        ("s3agents.cognition.recall", "recall"),
        ("chromadb.api.rust", "recall"),
        ("s3agents.bus.nats", "bus"),
        ("nats.aio.client", "bus"),
        ("s3agents.record.sqlite", "commit"),
        ("s3agents.cognition.turn", "agent"),
        ("s3agents.simulation", OTHER),
        ("s3agents.ids", None),
        ("pydantic.main", None),
        ("asyncio.events", None),
    ],
)
def test_modules_have_their_stages(name: str, stage: str | None) -> None:
    """The longest known prefix decides; what serves all has none."""
    assert stage_of(name) == stage


def test_every_package_that_a_run_goes_through_has_a_stage() -> None:
    """A package that is new is not silently counted for whoever calls it."""
    import s3agents

    root = Path(s3agents.__file__).parent
    packages = {folder.name for folder in root.iterdir() if (folder / "__init__.py").exists()}
    no_part_of_a_turn = {
        "bench",
        "cli",
        "config",
        "evaluation",
        "forecasting",
        "inquiry",
        "observed",
        "plugins",
        "report",
        "studies",
        "testing",
        "tools",
        "traits",
    }
    lacking = {name for name in packages if stage_of(f"s3agents.{name}") is None}
    assert lacking == no_part_of_a_turn & packages


def test_no_stage_is_of_a_module_that_is_gone() -> None:
    """What was renamed would be counted for whatever is around it."""
    own = [name for name in stages._MODULES if name.startswith("s3agents.")]
    assert [name for name in own if importlib.util.find_spec(name) is None] == []


def test_helpers_count_for_their_callers() -> None:
    """A stack is read from the inside out, past what serves all."""
    seen: list[str] = []
    outer, helper = ModuleType("s3agents.network.feed"), ModuleType("s3agents.ids")
    helper.__dict__["look"] = lambda frame: seen.append(module_of(frame))
    exec("import sys\ndef inner():\n    look(sys._getframe())", helper.__dict__)
    outer.__dict__["inner"] = helper.inner
    exec("def call():\n    inner()", outer.__dict__)
    outer.call()
    assert seen == ["s3agents.network.feed"]


def test_samples_keep_nothing_of_what_they_interrupt() -> None:
    """What was running while it was sampled goes when it is no longer needed, without a search for cycles."""

    class Held:
        pass

    def spin() -> weakref.ref[Held]:
        held, ends = Held(), time.process_time() + 0.1
        while time.process_time() < ends:
            sum(range(1000))
        return weakref.ref(held)

    sampler = CpuSampler()
    gc.disable()  # it would find it, some time
    try:
        sampler.start()
        left = spin()
        assert left() is None
        assert sampler.stop().samples > 5
    finally:
        gc.enable()
