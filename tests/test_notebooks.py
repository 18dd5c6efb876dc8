"""The notebooks among the examples do what they say, cell by cell, in a folder of their own."""

from __future__ import annotations

import ast
import json
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest

from s3agents.resources import examples_dir

NOTEBOOKS = sorted((examples_dir() / "notebooks").glob("*.ipynb"))


async def played(notebook: Path) -> dict[str, Any]:
    """The names that a notebook leaves, whose cells may await at their top level as in Jupyter."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(json.loads(notebook.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            code = compile("".join(cell["source"]), f"{notebook.name}, cell {number}", "exec", flags)
            done = eval(code, names)  # a notebook of ours
            if isawaitable(done):
                await done
    return names


async def test_what_if(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fork shares five ticks with the run, and differs afterwards."""
    monkeypatch.chdir(tmp_path)
    names = await played(examples_dir() / "notebooks" / "what_if.ipynb")
    run, fork = names["run"], names["sim"].run
    assert (run.manifest.status, fork.manifest.status) == ("done", "done")
    assert run.turns().query("tick <= 4").equals(fork.turns().query("tick <= 4"))
    assert not run.turns().equals(fork.turns())
    assert fork.posts().query("tick == 5 and author == '33'").text.tolist() == [
        "I have seen the books, and they are in order."
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_hold_no_output(notebook: Path) -> None:
    """What is in the repository is what a reader runs: no results of another day, and no machine's paths."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells if "outputs" in cell)
