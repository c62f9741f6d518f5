"""One headless Chromium, and pages in it that tell when their curve is drawn."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, Page, async_playwright

from benchmarks.servers import Site
from schedules import warmup_cosine

try:
    from ensure_browser import find
except ImportError:

    def find() -> str | None:
        """Return the path of a Chromium, or None."""
        return shutil.which("chromium")


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
WINDOW = {"width": 1280, "height": 900}
T = 10_000
LATE_SECONDS = 10.0
USABLE = "() => window.probe.usable"


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield a browser."""
    path = find()
    if path is None:
        raise RuntimeError("no Chromium is installed: python tests/ensure_browser.py brings one")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def visit(page: Page, url: str) -> float:
    """Go to an address with the probe in place; return the milliseconds until the page could be used."""
    await page.goto(url)
    await page.wait_for_function(USABLE)
    return float(await page.evaluate(USABLE))


async def new_page(browser: Browser) -> Page:
    """Return a page in a window of its own, which thus stays visible, with its own empty cache and the probe."""
    context = await browser.new_context(viewport=WINDOW)
    await context.add_init_script(PROBE)
    return await context.new_page()


async def opened(browser: Browser, site: Site, url: str) -> Page:
    """Return a page of the site whose pictures are watched, the keyboard on its warmup slider."""
    page = await new_page(browser)
    await visit(page, url)
    await page.evaluate("() => probe.watch()")
    await site.handle(page).focus()
    return page


async def check(page: Page, site: Site) -> None:
    """Compare the curve on the page with the engine's for the value that the slider shows.

    A page that lags behind has some time to get there: how much it lags is for the benchmark to tell.
    """
    end = time.monotonic() + LATE_SECONDS
    while True:
        Tw = await site.read(page)
        data = await page.evaluate("() => probe.data()")
        if np.allclose(data["lr"], warmup_cosine(np.array(data["step"]), T=T, Tw=Tw), rtol=1e-9):
            return
        if time.monotonic() > end:
            raise AssertionError(f"{site.name} does not show the curve of Tw = {Tw}")
        await asyncio.sleep(0.1)
