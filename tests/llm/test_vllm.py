"""The command that serves a model for agents."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from s3agents.llm.vllm import WORKLOAD_FLAGS, VllmSettings, find_vllm, vllm_command


def test_the_command_holds_what_agents_need() -> None:
    """Prefix cache, grammar, no blanks, a seed; nothing that was not asked for."""
    command = vllm_command(VllmSettings(model="m"))
    assert command[:3] == ["vllm", "serve", "m"]
    assert set(WORKLOAD_FLAGS) <= set(command)
    assert command[command.index("--seed") + 1] == "0"
    assert command[command.index("--structured-outputs-config.disable_any_whitespace") + 1] == "true"
    assert not {"--tensor-parallel-size", "--dtype", "--max-model-len", "--served-model-name"} & set(command)


def test_settings_become_flags_and_extras_come_last() -> None:
    """So that an extra flag wins over ours."""
    settings = VllmSettings(
        model="m",
        host="0.0.0.0",
        port=1,
        seed=2,
        max_model_len=3,
        served_name="n",
        tensor_parallel_size=4,
        gpu_memory_utilization=0.5,
        dtype="bfloat16",
        extra=("--seed", "9"),
    )
    command = vllm_command(settings, "/usr/bin/vllm")
    flags = dict(zip(command[3::2], command[4::2], strict=False))
    assert command[0] == "/usr/bin/vllm"
    wanted = {
        "--host": "0.0.0.0",
        "--port": "1",
        "--max-model-len": "3",
        "--served-model-name": "n",
        "--tensor-parallel-size": "4",
        "--gpu-memory-utilization": "0.5",
        "--dtype": "bfloat16",
    }
    assert wanted.items() <= flags.items()
    assert command[-2:] == ["--seed", "9"]


def test_the_program_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path if it is there, nothing if it is not."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_vllm() is None
    program = tmp_path / "vllm"
    program.touch()
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert find_vllm() == str(program)
