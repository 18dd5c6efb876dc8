"""A real vLLM server on the CPU for the live tests: started, awaited, and taken down with all its processes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["vllm_server"]

START_SECONDS = 300.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.5
TAIL_LINES = 40


@contextmanager
def vllm_server(env: Path, log: Path, max_model_len: int = 4096) -> Iterator[str]:
    """Serve the tiny model of ``env`` as ``tiny`` and yield its base URL, ``http://127.0.0.1:PORT/v1``.

    Args:
        env: the folder that ``.ci/vllm-env`` prints.
        log: where the server's output goes; overwritten.
        max_model_len: most tokens of a prompt and its reply together.

    Raises:
        RuntimeError: the server died while it started; the message ends with the tail of its log.
        TimeoutError: it did not become healthy within ``START_SECONDS``; likewise.
    """
    port = _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(env, port, max_model_len),
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_health(process, port, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        _stop(process)


def _command(env: Path, port: int, max_model_len: int) -> list[str]:
    serve = [str(env / "venv" / "bin" / "vllm"), "serve", str(env / "model")]
    options = {
        "--served-model-name": "tiny",
        "--host": "127.0.0.1",
        "--port": str(port),
        "--max-model-len": str(max_model_len),
        "--dtype": "bfloat16",
        "--seed": "0",
        "--structured-outputs-config.backend": "xgrammar",
        # A weak model would otherwise fill a JSON reply with blanks until it runs out of tokens.
        "--structured-outputs-config.disable_any_whitespace": "true",
    }
    # Built for the CPU, vLLM dies when it splits the prompt of a request that has a seed over two steps.
    switches = ["--enable-prefix-caching", "--no-enable-chunked-prefill"]
    return [*serve, *switches, *(word for option in options.items() for word in option)]


def _environment(env: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(env / "venv" / "bin"), os.environ.get("PATH", os.defpath)]),
        "VLLM_CACHE_ROOT": str(env / "cache"),
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_health(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_healthy(port):
        if process.poll() is not None:
            raise RuntimeError(f"vLLM ended with code {process.returncode} while it started:\n{_tail(log)}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"vLLM was not healthy within {START_SECONDS:.0f} s:\n{_tail(log)}")
        time.sleep(POLL_SECONDS)


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and the engine processes it started: asked first, killed if they linger."""
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
