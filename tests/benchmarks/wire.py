"""Bytes on the websocket for one move of the warmup slider, for short and long runs."""

import asyncio
from collections.abc import Callable

from playwright.async_api import Browser, Page

from benchmarks.browser import chromium, new_page, visit
from benchmarks.report import Table, median
from benchmarks.servers import BARE, OURS, Site, serving

ROUNDS = 5  # moves
LENGTHS = (1_000, 10_000, 1_000_000)
WITHIN = 1.1  # "independent of T": the most that any run may differ from the shortest by
QUIET_SECONDS = 0.5
LONG_SECONDS = 4.0  # for the pages that send a million points
LONG = 100_000


async def measure(rounds: int | None = None) -> list[Table]:
    """Count what one move sends, on our page and on one that sends every point."""
    table = Table(
        f"bytes: on the websocket for one move, medians of {rounds or ROUNDS} moves",
        ["page", "T", "to the server", "to the browser", "frames", "of T = 1,000"],
    )
    shortest = min(LENGTHS)
    with serving(OURS, BARE) as served:
        async with chromium() as browser:
            for site in (OURS, BARE):
                first = None
                for T in LENGTHS:
                    up, down, frames = await _count(browser, site, served[site].url, T, rounds or ROUNDS)
                    first = first or up + down
                    ratio = (up + down) / first
                    judged = site is OURS
                    table.add(
                        site.name,
                        f"{T:,}",
                        f"{up:,.0f}",
                        f"{down:,.0f}",
                        f"{frames:.0f}",
                        f"{ratio:.2f}",
                        goal=f"≤ {WITHIN}" if judged else "",
                        met=ratio <= WITHIN if judged else None,
                    )
                    if judged and shortest < T:
                        table.find("bytes", f"T = {T:,}: {ratio:.2f}", ratio <= WITHIN)
    return [table]


async def _count(browser: Browser, site: Site, url: str, T: int, moves: int) -> tuple[float, float, float]:
    """Return the median bytes up and down, and the frames, of one key press."""
    page = await new_page(browser)
    seen: dict[str, list[int]] = {"framesent": [], "framereceived": []}
    page.on("websocket", lambda socket: [socket.on(name, _noting(sizes)) for name, sizes in seen.items()])
    await visit(page, f"{url}?T={T}&Tw={T // 20}&points={T}")
    await site.handle(page).focus()
    await _press(page, "ArrowRight", T)
    counted = []
    for _ in range(moves):
        for sizes in seen.values():
            sizes.clear()
        await _press(page, "ArrowRight", T)
        counted.append([sum(seen["framesent"]), sum(seen["framereceived"]), sum(map(len, seen.values()))])
    await page.context.close()
    up, down, frames = (median(column) for column in zip(*counted, strict=True))
    return up, down, frames


async def _press(page: Page, key: str, T: int) -> None:
    await page.keyboard.press(key)
    await asyncio.sleep(LONG_SECONDS if T > LONG else QUIET_SECONDS)


def _noting(sizes: list[int]) -> Callable[[str | bytes], None]:
    """Return a listener that notes how long each frame is, in bytes."""
    return lambda frame: sizes.append(len(frame.encode() if isinstance(frame, str) else frame))
