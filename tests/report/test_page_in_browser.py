"""The report in a real headless browser, on a desk and on a phone: all is drawn, nothing complains, nothing is fetched.

Pictures are kept in the folder that S3AGENTS_ARTEFACTS names.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from s3agents.ids import UserId
from s3agents.record.base import TickRecord
from s3agents.report.page.build import build_page
from s3agents.report.page.sections import Place
from s3agents.report.run import Run
from s3agents.simulation import Simulation
from s3agents.testing.societies import lively_scenario

WriteRun = Callable[..., Run]
Story = tuple[TickRecord, ...]


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chromium = _beside("browser")
HOSTILE = _beside("hostile").TEXTS
SIZES = {"desk": (1280, 900, False), "phone": (390, 844, True)}

pytestmark = pytest.mark.skipif(
    chromium.find_browser() is None, reason=f"no browser: none of {', '.join(chromium.NAMES)} is installed"
)

DRAWN = """new Promise(done => {
    const page = document.documentElement, look = () => "drawn" in page.dataset && done(Number(page.dataset.drawn));
    new MutationObserver(look).observe(page, {attributes: true});
    look();
})"""
SKETCHED = """[...document.querySelectorAll('.drawing')].filter(place => {
    const marks = '.scatterlayer path, .barlayer path, .scatterlayer .point';
    return place.querySelector('.main-svg') && place.querySelector(marks) && place.getBoundingClientRect().height > 100;
}).length"""
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return !one.closest('.scroll, pre, #js-plotly-tester') && (box.right > innerWidth + 1 || box.left < -1);
}).map(one => one.outerHTML.slice(0, 200))"""
OVERLAPPING = """[...document.querySelectorAll('.drawing')].filter(place => {
    const box = name => place.querySelector(name)?.getBoundingClientRect();
    const legend = box('.legend'), plot = box('.nsewdrag');
    return legend && plot && legend.bottom > plot.top + 2 && legend.width > 0;
}).map(place => place.id)"""

LABELS = """[...document.querySelectorAll('.drawing')].flatMap(place => place.data.flatMap((trace, curveNumber) =>
    (trace.hovertext || []).map((_, pointNumber) => {
        Plotly.Fx.hover(place, [{curveNumber, pointNumber}]);
        return place.querySelector('.hoverlayer').textContent;
    })))"""


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are kept."""
    folder = Path(os.environ.get("S3AGENTS_ARTEFACTS") or tmp_path_factory.mktemp("artefacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def pages(
    tmp_path_factory: pytest.TempPathFactory, write_run: WriteRun, story: Story, unfinished: TickRecord
) -> dict[str, Path]:
    """Pages of a lively run, of two replicates, of one that failed among hostile texts, of one user, of no tick."""
    base = tmp_path_factory.mktemp("pages")

    def played(name: str, **changes: Any) -> tuple[Run, Place]:
        simulation = Simulation(lively_scenario(changes.pop("authors", ["0", "33"]), **changes), out=base / name)
        return simulation.run(), Place(society=simulation.prepared.society)

    first, club = played("first", ticks=24, seed=1)
    second, _ = played("second", ticks=24, seed=2)
    none, _ = played("none", ticks=0)
    alone, hermit = played("alone", authors=["0"], ticks=3, society={"networkx": "karate_club", "sample": 1})
    posts = [
        replace(tick, posts=tuple(replace(p, text=HOSTILE[n % 3], author=UserId(HOSTILE[n % 3])) for p in tick.posts))
        for n, tick in enumerate(story)
    ]
    scenario = {**first.scenario, "question": HOSTILE[0], "ticks": 5}
    failed = write_run(
        base / "failed", posts, failed=unfinished, status="failed", failure=HOSTILE[1], scenario=scenario
    )
    contents = {
        "lively": build_page([first], place_of=lambda run: club),
        "replicates": build_page([first, second, failed]),
        "hostile": build_page([failed]),
        "alone": build_page([alone], place_of=lambda run: hermit),
        "none": build_page([none]),
    }
    for name, content in contents.items():
        (base / f"{name}.html").write_text(content, encoding="utf-8")
    return {name: base / f"{name}.html" for name in contents}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["lively", "replicates", "hostile", "alone", "none"])
async def test_a_page_is_drawn(pages: dict[str, Path], artefacts: Path, tmp_path: Path, name: str, size: str) -> None:
    """Every figure has something in it; nothing sticks out, lies on its legend, complains, or asks the network."""
    width, height, mobile = SIZES[size]
    async with chromium.browser(tmp_path / "profile") as tab:
        await tab.open(pages[name], width=width, height=height, mobile=mobile)
        drawn = await tab.value(DRAWN)
        await tab.picture(artefacts / f"report-{name}-{size}.png")
        assert drawn == await tab.value("document.querySelectorAll('.drawing').length")
        assert drawn == await tab.value(SKETCHED)
        assert (drawn == 0) == (name == "none")
        assert await tab.value("document.scrollingElement.scrollWidth") <= width
        assert await tab.value(TOO_WIDE) == []
        assert await tab.value(OVERLAPPING) == []
        assert await tab.value("window.broken") is None
        assert (tab.complaints, tab.requests) == ([], [])


async def test_a_page_follows_the_width_of_its_window(pages: dict[str, Path], tmp_path: Path) -> None:
    """A phone that is turned has wider figures."""
    drawing = "document.querySelector('#figure-0 .main-svg').getBoundingClientRect().width"
    async with chromium.browser(tmp_path / "profile") as tab:
        await tab.open(pages["lively"], width=390, height=844, mobile=True)
        await tab.value(DRAWN)
        narrow = await tab.value(drawing)
        resized = "new Promise(done => document.getElementById('figure-0').on('plotly_afterplot', () => done(1)))"
        await tab.value(f"window.resized = {resized}; 1")
        size = {"width": 660, "height": 390, "deviceScaleFactor": 1, "mobile": True}
        await tab.call("Emulation.setDeviceMetricsOverride", **size)
        await tab.value("window.resized")
        assert await tab.value(drawing) > narrow + 200


async def test_a_page_can_be_printed(pages: dict[str, Path], artefacts: Path, tmp_path: Path) -> None:
    """As a PDF of some pages."""
    async with chromium.browser(tmp_path / "profile") as tab:
        await tab.open(pages["lively"], width=1280, height=900)
        await tab.value(DRAWN)
        await tab.print(artefacts / "report-lively.pdf")
        assert (artefacts / "report-lively.pdf").read_bytes().startswith(b"%PDF")
        assert tab.complaints == []


async def test_what_users_write_stays_text_under_the_pointer(pages: dict[str, Path], tmp_path: Path) -> None:
    """Labels of posts and users show markup letter by letter, and run none of it."""
    async with chromium.browser(tmp_path / "profile") as tab:
        await tab.open(pages["hostile"], width=1280, height=900)
        await tab.value(DRAWN)
        labels = await tab.value(LABELS)
        assert any("</script><script>window.broken" in label for label in labels)
        assert any("<a href='javascript" in label for label in labels)
        assert await tab.value("document.querySelectorAll('.drawing img, .drawing script, .drawing a').length") == 0
        assert await tab.value("window.broken") is None
        assert tab.complaints == []
