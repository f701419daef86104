"""Headless Firefox as Debian ships it, driven over WebDriver BiDi, its network at a recorder."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from browser import WIDE, Seen, installed
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from websockets.sync.client import ClientConnection

NAMES = ("firefox-esr", "firefox")
QUIET = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.activity-stream.enabled": False,
    "browser.region.update.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.search.update": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.trr.mode": 5,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
}
"""What the browser does of its own accord is switched off: a request left over is the page's."""

OWN = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}
"""Without it a released Firefox passes over the setting of the server for its own settings."""


@dataclass
class Firefox:
    """
    A window of the browser.

    Attributes
    ----------
    line
        The connection to it.
    tab
        The tab it shows.
    seen
        Requests and errors of the page so far.
    """

    line: ClientConnection
    tab: str = ""
    seen: Seen = field(default_factory=Seen)
    asked: int = 0

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and wait for its answer; note what the page does meanwhile."""
        self.asked += 1
        self.line.send(json.dumps({"id": self.asked, "method": method, "params": params}))
        while True:
            said = json.loads(self.line.recv(timeout=60))
            if said.get("id") == self.asked:
                assert said["type"] == "success", said
                return said["result"]
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        params = said.get("params", {})
        if said.get("method") == "network.beforeRequestSent":
            url = params["request"]["url"]
            if not url.startswith(("data:", "blob:")):
                self.seen.requests.append(url)
        if said.get("method") == "log.entryAdded" and params["level"] in {"error", "warn"}:
            self.seen.errors.append(params["text"])

    def open(self, url: str, size: tuple[int, int] = WIDE) -> None:
        """Open a page in a window of a size, and wait until it is drawn or says it is broken."""
        width, height = size
        self.ask("browsingContext.setViewport", context=self.tab,
                 viewport={"width": width, "height": height})  # fmt: skip
        self.ask("browsingContext.navigate", context=self.tab, url=url, wait="complete")
        # A browser that has just started may answer for the empty page that it began with.
        is_there = f"location.href.startsWith(new URL({json.dumps(url)}).href) && !!document.body"
        for _ in range(1_200):
            if self.value(f"{is_there} && 'state' in document.body.dataset"):
                return
            time.sleep(0.05)
        pytest.fail(f"{url} was not drawn within a minute")

    def value(self, script: str) -> Any:  # noqa: ANN401  whatever the script gives
        """Evaluate an expression in the page."""
        said = self.ask("script.evaluate", target={"context": self.tab}, awaitPromise=True,
                        expression=f"(async () => JSON.stringify(await ({script})))()")  # fmt: skip
        assert said["type"] == "success", said
        text = said["result"].get("value")
        return None if text is None else json.loads(text)

    def click(self, selector: str, across: float = 0.5, down: float = 0.5) -> None:
        """Click with the mouse on an element, in its middle or a share of its size away."""
        left, top, width, height = self.value(
            f"(({{ left, top, width, height }}) => [left, top, width, height])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        x, y = round(left + across * width), round(top + down * height)
        press = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self._act("pointer", [{"type": "pointerMove", "x": x, "y": y}, *press])

    def type(self, text: str) -> None:
        """Type on the keyboard; ``\\ue007`` is Enter."""  # noqa: D301  as the protocol writes it
        keys = [{"type": kind, "value": sign} for sign in text for kind in ("keyDown", "keyUp")]
        self._act("key", keys)

    def _act(self, kind: str, steps: list[dict[str, object]]) -> None:
        acts = [{"type": kind, "id": kind, "actions": steps}]
        self.ask("input.performActions", context=self.tab, actions=acts)

    def picture(self) -> bytes:
        """Photograph what the window shows, as PNG."""
        said = self.ask("browsingContext.captureScreenshot", context=self.tab)
        return base64.b64decode(said["data"])


def _profile(folder: Path, proxy: int) -> None:
    """Write the browser's settings: quiet, and every request of it at the recorder's port."""
    through = {f"network.proxy.{one}": "127.0.0.1" for one in ("http", "ssl")} | {
        "network.proxy.type": 1, "network.proxy.http_port": proxy, "network.proxy.ssl_port": proxy,
        "network.proxy.no_proxies_on": "", "network.proxy.allow_hijacking_localhost": True,
    }  # fmt: skip
    settings = (QUIET | through).items()
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in settings]
    (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")


def _door(profile: Path) -> str:
    """Wait for the file in which the browser says where it listens."""
    file = profile / "WebDriverBiDiServer.json"
    for _ in range(600):
        if file.exists() and (text := file.read_text(encoding="utf-8")):
            return "ws://{ws_host}:{ws_port}/session".format_map(json.loads(text))
        time.sleep(0.1)
    pytest.fail("Firefox did not start within a minute")


@contextmanager
def started(folder: Path, proxy: int) -> Iterator[Firefox]:
    """Start the browser with a profile in a folder and a port where its requests arrive."""
    _profile(folder, proxy)
    command = [installed(*NAMES), "--headless", "--no-remote", "--profile", str(folder),
               "--remote-debugging-port", "0"]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603  fixed words
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **OWN}
    )
    try:
        with connect(_door(folder), max_size=None, proxy=None) as line:
            window = Firefox(line)
            window.ask("session.new", capabilities={})
            window.tab = window.ask("browsingContext.getTree")["contexts"][0]["context"]
            window.ask("session.subscribe",
                       events=["log.entryAdded", "network.beforeRequestSent"])  # fmt: skip
            yield window
            window.ask("browser.close")
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
