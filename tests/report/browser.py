"""A headless Chromium, driven over the DevTools protocol: opens a page, tells what it logs, and takes pictures.

Nothing waits by the clock: each step waits for what the browser says.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--disable-extensions", "--remote-debugging-port=0"),
)
_ADDRESS = re.compile(r"DevTools listening on (ws://\S+)")


def find_browser() -> str | None:
    """The program, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def _started(program: str, profile: Path) -> Iterator[str]:
    """A browser with a fresh profile, and the address that it listens at."""
    command = [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    environment = {**os.environ, "HOME": str(profile)}
    with (
        open(profile / "log", "w+") as log,
        subprocess.Popen(command, stdout=log, stderr=subprocess.PIPE, text=True, env=environment) as process,
    ):
        try:
            assert process.stderr is not None
            found = (_ADDRESS.search(line) for line in process.stderr)
            yield next(match[1] for match in found if match)
        finally:
            process.kill()
            process.stderr.close()


class Tab:
    """One page in the browser.

    Attributes:
        complaints: errors and warnings of the console, exceptions, and refusals of the page's own policy.
        requests: addresses that the page asked for, but for its own.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._session, self._sent = socket, "", 0
        self._events: list[dict[str, Any]] = []
        self.complaints: list[str] = []
        self.requests: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a command; events that come before it are kept."""
        self._sent += 1
        number = self._sent
        session = {"sessionId": self._session} if self._session else {}
        await self._socket.send_json({"id": number, "method": method, "params": params, **session})
        while True:
            message = await self._read()
            if message.get("id") == number:
                assert "error" not in message, message
                found: dict[str, Any] = message["result"]
                return found

    async def _read(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._socket.receive_json(timeout=60)
        if "method" in message:
            self._keep(message["method"], message["params"])
        return message

    def _keep(self, event: str, params: dict[str, Any]) -> None:
        self._events.append({"event": event, **params})
        if event == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        if event == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning", "assert"}:
            self.complaints.append(str(params["args"]))
        if event == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(params["entry"]["text"])
        if event == "Network.requestWillBeSent" and not params["request"]["url"].startswith(
            ("file:", "data:", "blob:")
        ):
            self.requests.append(params["request"]["url"])

    async def open(self, page: Path, *, width: int, height: int, mobile: bool = False) -> None:
        """Show ``page`` at that size, and wait until it is loaded."""
        targets = (await self.call("Target.getTargets"))["targetInfos"]
        tab = next(target["targetId"] for target in targets if target["type"] == "page")  # one behind draws nothing
        attached = await self.call("Target.attachToTarget", targetId=tab, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        self._events.clear()
        await self.call("Page.navigate", url=page.resolve().as_uri())
        while not any(event["event"] == "Page.loadEventFired" for event in self._events):
            await self._read()

    async def value(self, script: str) -> Any:
        """What a JavaScript expression comes to, once its promise is kept."""
        done = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def picture(self, path: Path) -> None:
        """The whole page as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    async def print(self, path: Path) -> None:
        """The page as PDF."""
        done = await self.call("Page.printToPDF", printBackground=False)
        path.write_bytes(base64.b64decode(done["data"]))


@asynccontextmanager
async def browser(profile: Path) -> AsyncIterator[Tab]:
    """A tab in a browser of its own, which is gone afterwards."""
    program = find_browser()
    assert program is not None
    profile.mkdir(parents=True)
    with _started(program, profile) as address:
        async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
            yield Tab(socket)
