"""``s3agents vllm``: serve a model the way agents want it."""

from __future__ import annotations

import os
import shlex
from typing import Annotated

import typer

from s3agents.cli.console import note
from s3agents.errors import InputError, explain
from s3agents.llm.vllm import VllmSettings, find_vllm, vllm_command

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(
        "vllm",
        epilog="Example: `s3agents vllm Qwen/Qwen2.5-7B-Instruct --print`",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(_vllm)


def _vllm(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="Name or folder of the model.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    seed: Annotated[int, typer.Option(help="Seed of the server.")] = 0,
    max_model_len: Annotated[int | None, typer.Option(help="Most tokens of a prompt and its reply.")] = None,
    served_name: Annotated[str | None, typer.Option(help="What requests call the model.")] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Print the command instead of running it.")] = False,
) -> None:
    """Start the vLLM server that all agents share; further options are handed on to `vllm serve`."""
    settings = VllmSettings(
        model=model,
        host=host,
        port=port,
        seed=seed,
        max_model_len=max_model_len,
        served_name=served_name,
        extra=tuple(context.args),
    )
    if print_only:
        print(shlex.join(vllm_command(settings)))  # noqa: T201  # the command is the result
        return
    program = find_vllm()
    if program is None:
        remedy = "pip install 's3agents[vllm]' on a machine with a GPU, or see the command with --print"
        raise InputError(explain("vllm", wanted="the vllm program on PATH", got="none", remedy=remedy))
    command = vllm_command(settings, program)
    note(shlex.join(command))
    os.execv(program, command)  # noqa: S606  # the server takes this process's place, signals and all
