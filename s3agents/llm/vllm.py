"""vLLM: the ``vllm serve`` command that suits agents: shared prompts cached, replies held to a schema."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

__all__ = ["WORKLOAD_FLAGS", "VllmSettings", "find_vllm", "vllm_command"]

WORKLOAD_FLAGS = (
    # Agents share the first part of their prompts: its attention is computed once.
    "--enable-prefix-caching",
    # Without this a weak model may fill a JSON reply with blanks up to its last token; only xgrammar offers it.
    "--structured-outputs-config.backend",
    "xgrammar",
    "--structured-outputs-config.disable_any_whitespace",
    "true",
    # Sampling is what the request says, not what a model's authors put beside its weights.
    "--generation-config",
    "vllm",
    "--disable-uvicorn-access-log",
)
"""The flags that every server for agents has, on bare metal or in a container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VllmSettings:
    """How to serve a model.

    Attributes:
        model: name or folder of the model.
        host: address to listen on.
        port: port to listen on.
        seed: seed of the server, for requests without one.
        max_model_len: most tokens of a prompt and its reply; the model's own limit if not given.
        served_name: what requests call the model; its own name if not given.
        tensor_parallel_size: GPUs that share the model.
        gpu_memory_utilization: share of a GPU's memory to use.
        dtype: number format of weights and activations, such as ``bfloat16``.
        extra: further arguments, handed on as they are; they come last and win.
    """

    model: str
    host: str = "127.0.0.1"
    port: int = 8000
    seed: int = 0
    max_model_len: int | None = None
    served_name: str | None = None
    tensor_parallel_size: int | None = None
    gpu_memory_utilization: float | None = None
    dtype: str | None = None
    extra: tuple[str, ...] = ()


def vllm_command(settings: VllmSettings, program: str = "vllm") -> list[str]:
    """The command line that serves ``settings.model``.

    A key is not part of it, since command lines can be read by others: give it in the environment, ``VLLM_API_KEY``.
    """
    options = {
        "--served-model-name": settings.served_name,
        "--host": settings.host,
        "--port": settings.port,
        "--seed": settings.seed,
        "--max-model-len": settings.max_model_len,
        "--tensor-parallel-size": settings.tensor_parallel_size,
        "--gpu-memory-utilization": settings.gpu_memory_utilization,
        "--dtype": settings.dtype,
    }
    given = [word for flag, value in options.items() if value is not None for word in (flag, str(value))]
    return [program, "serve", settings.model, *given, *WORKLOAD_FLAGS, *settings.extra]


def find_vllm() -> str | None:
    """Path of the ``vllm`` program, if it is installed."""
    return shutil.which("vllm")
