"""Takes the pictures of docs/img from the board of `make board`: `python studies/screenshots.py [BOARD]`.

They are taken by Debian's Chromium through Playwright (the extra `test`), and looked at by a person before they go in.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
DESK = {"width": 1240, "height": 780}
PHONE = {"width": 390, "height": 780}


def main() -> None:
    """Write the pictures."""
    board = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "out").resolve() / "leaderboard.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = opened(browser, board, "", DESK)
        page.locator("table[data-task=qa] button.name", has_text="typed-span").click()
        take(page, "board")
        take(opened(browser, board, "#item=crossroads-017", DESK), "item")
        take(opened(browser, board, "#item=crossroads-s2&q=lead-3", DESK, color_scheme="dark"), "summary-dark")
        page = opened(browser, board, "", DESK)
        page.locator("#items").evaluate("section => section.scrollIntoView({ behavior: 'instant' })")
        take(page, "items")
        page = opened(browser, board, "", PHONE, device_scale_factor=1.5)
        page.locator("#qa").evaluate("section => section.scrollIntoView({ behavior: 'instant' })")
        take(page, "phone")
        browser.close()


def opened(browser: Browser, board: Path, view: str, size: dict[str, int], **options: object) -> Page:
    """Return the page at a view."""
    page = browser.new_page(viewport=size, reduced_motion="reduce", **options)
    page.goto(board.as_uri() + view)
    page.wait_for_selector("html[data-ready]")
    return page


def take(page: Page, name: str) -> None:
    """Write a picture."""
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=ROOT / "docs" / "img" / f"{name}.png")


if __name__ == "__main__":
    main()
