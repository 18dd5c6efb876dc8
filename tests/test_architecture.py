"""The house: imports go down only, no circles, no work at import, and each module says what it exports."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

import s3agents

PACKAGE = Path(s3agents.__file__).parent
FLOORS = {
    0: ("addresses", "errors", "ids", "rng", "labels", "persona", "events", "state", "secrecy", "config"),
    1: (
        "actions",
        "bus.base",
        "memory.base",
        "memory.influence",
        "memory.text_table",
        "llm.base",
        "llm.completion",
        "llm.token_logprobs",
        "plugins",
        "embed.base",
        "record.base",
        "cognition.base",
        "prompts",
        "replies",
        "resources",
        "scenarios",
        "seed_adoptions",
        "seed_files",
        "seed_posts",
        "tables",
        "traits.base",
        "yaml_files",
    ),
    2: (
        "behaviour",
        "cognition",
        "dynamics",
        "evaluation",
        "network",
        "channels",
        "interventions",
        "observed",
        "steering",
        "traits",
        "traits.learnt.heads",
        "traits.learnt.model_folder",
        "traits.learnt.ngrams",
    ),
    3: ("agents", "bus", "memory", "llm", "embed", "record", "traits.learnt", "traits.llm", "behaviour.fitting"),
    4: ("coordinator", "fleet", "forecasting", "report"),
    5: (
        "__main__",
        "bench",
        "cli",
        "wiring",
        "worker_process",
        "workforce",
        "contenders",
        "counterfactual",
        "fork",
        "helm",
        "inquiry",
        "population",
        "minds",
        "run_models",
        "run_society",
        "scaffold",
        "learnt_models",
        "plugged",
        "plugged_agents",
        "plugin_scaffold",
        "preparation",
        "simulation",
        "standalone",
        "stepping",
        "studies",
        "testing",
        "tools",
    ),
}
"""Floor of each module by its longest listed prefix; the bare package stands above all, for it only names."""


def _modules() -> dict[str, Path]:
    files = [f for f in PACKAGE.rglob("*.py") if "_bundled" not in f.parts]
    return {".".join(f.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): f for f in files}


MODULES = {name: path for name, path in _modules().items() if name != "__init__"}


def _floor(module: str) -> int:
    places = {prefix: floor for floor, prefixes in FLOORS.items() for prefix in prefixes}
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in places:
            return places[prefix]
    raise AssertionError(f"{module} stands on no floor: add it to FLOORS")


def _imports(path: Path) -> set[str]:
    """Modules of the package that ``path`` imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            if node.module and node.module.split(".")[0] == "s3agents":
                base = node.module.removeprefix("s3agents").lstrip(".")
                inner = {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
                found |= {name if name in MODULES else base for name in inner}
        if isinstance(node, ast.Import):
            found |= {a.name.removeprefix("s3agents.") for a in node.names if a.name.startswith("s3agents.")}
    return found - {""}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down_only(module: str) -> None:
    """A module imports from its own floor or from below, never from above."""
    upward = {name for name in _imports(MODULES[module]) if _floor(name) > _floor(module)}
    assert not upward, f"{module} (floor {_floor(module)}) imports upward: {sorted(upward)}"


def test_no_circles() -> None:
    """No module needs itself to be imported."""
    graph = nx.DiGraph((module, name) for module, path in MODULES.items() for name in _imports(path))
    assert list(nx.simple_cycles(graph)) == []


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name != "testing.stub_endpoint.__main__"))
def test_exports_are_sorted_and_there(module: str) -> None:
    """``__all__`` of a module is sorted (constants, classes, the rest), and every name in it exists."""
    loaded = importlib.import_module(f"s3agents.{module}")
    names = getattr(loaded, "__all__", [])
    assert list(names) == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert all(hasattr(loaded, name) for name in names)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_modules_say_what_they_own(module: str) -> None:
    """Every module opens with a docstring."""
    assert ast.get_docstring(ast.parse(MODULES[module].read_text(encoding="utf-8")))


def test_sizes() -> None:
    """No function is longer than 50 lines without its docstring, no file longer than 600."""
    long = [
        f"{path.name}:{node.name}"
        for path in MODULES.values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > 50
    ]
    assert long == []
    assert [p.name for p in MODULES.values() if len(p.read_text(encoding="utf-8").splitlines()) > 600] == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    doc = ast.get_docstring(node, clean=False) is not None
    skipped = (first.end_lineno or 0) - first.lineno + 1 if doc else 0
    return (node.end_lineno or 0) - node.lineno + 1 - skipped


def test_importing_the_package_does_nothing() -> None:
    """``import s3agents`` loads no vendor, writes nothing and stays quick."""
    code = (
        "import sys, s3agents; heavy = {'chromadb', 'pandas', 'autogen_core', 'nats', 'langchain_core', 'aiohttp'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_resolve() -> None:
    """Everything that ``s3agents`` exports can be imported from it."""
    assert all(getattr(s3agents, name) is not None for name in s3agents.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = s3agents.nonsense
