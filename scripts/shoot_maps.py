"""Draw the demo map kept in maps/, and its pictures: .venv/bin/python scripts/shoot_maps.py."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from landrenew import draw_map, run_project, save_map

ROOT = Path(__file__).parents[1]
SIZE = {"width": 1280, "height": 800}
SHOWN = "990281001182JB00022"
"""A parcel of grade D in a village cluster."""

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    """Draw the demo city, keep the map, and photograph it in both languages."""
    result = run_project(ROOT / "data" / "demo" / "city.toml")
    save_map(draw_map(result), ROOT / "maps" / "demo-city.html")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for lang in ("zh", "en"):
            path = Path(folder) / f"{lang}.html"
            save_map(draw_map(result, lang), path)
            page = browser.new_page(viewport=SIZE)
            page.goto(path.as_uri())
            page.wait_for_timeout(2000)
            page.screenshot(path=ROOT / "maps" / f"demo-city.{lang}.png")
            page.fill("#search", SHOWN)
            page.keyboard.press("Enter")
            page.wait_for_timeout(1500)
            page.screenshot(path=ROOT / "maps" / f"demo-parcel.{lang}.png")
        browser.close()


if __name__ == "__main__":
    main()
