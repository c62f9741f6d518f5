"""A key press on the warmup slider to the curve on the screen, against a bare Bokeh server and a naive Panel page."""

import asyncio
import itertools
import random

from playwright.async_api import Page

from benchmarks.browser import check, chromium, opened
from benchmarks.report import Table, median, percentile
from benchmarks.servers import BARE, NAIVE, OURS, Site, serving

ROUNDS = 150
WARM_UP = 8
ROW = 20  # presses of one arrow key before the other's turn
GOAL = 1.25
PAUSE = (0.08, 0.12)  # seconds between moves; irregular, so that no page keeps step with the frames
ANSWER_SECONDS = 10


async def measure(rounds: int | None = None) -> list[Table]:
    """Press the same keys on each page, turn by turn, and compare how long the pictures take."""
    rounds = rounds or ROUNDS
    sites = (OURS, BARE, NAIVE)
    times: dict[Site, list[dict[str, float]]] = {site: [] for site in sites}
    with serving(*sites) as urls:
        async with chromium() as browser:
            pages = {site: await opened(browser, site, urls[site]) for site in sites}
            keys = itertools.cycle(["ArrowRight"] * ROW + ["ArrowLeft"] * ROW)
            for number, key in zip(range(-WARM_UP, rounds), keys, strict=False):
                first = number % len(sites)
                for site in sites[first:] + sites[:first]:
                    sample = await _press(pages[site], key)
                    if number >= 0:
                        times[site].append(sample)
            for site in sites:
                await check(pages[site], site)
    return [_table(times)]


async def _press(page: Page, key: str) -> dict[str, float]:
    """Press a key; return the milliseconds from its event to the painted curve, and to the frame after that."""
    await page.evaluate("() => probe.arm()")
    await asyncio.sleep(random.uniform(*PAUSE))
    await page.keyboard.press(key)
    return await asyncio.wait_for(page.evaluate("() => probe.landed()"), ANSWER_SECONDS)


def _table(times: dict[Site, list[dict[str, float]]]) -> Table:
    table = Table(
        f"latency: key press to painted curve, milliseconds, {len(times[OURS])} presses each, interleaved",
        ["page", "measured to", "p50", "p95", "longest", "p50 / bare", "p95 / bare", "median of pairs / bare"],
        ["Each page ended on the engine's curve for the value that its slider showed."],
    )
    for stage, words in (("presented", "frame after the paint"), ("painted", "end of the painting frame")):
        bare = [sample[stage] for sample in times[BARE]]
        for site, samples in times.items():
            ms = [sample[stage] for sample in samples]
            ratio = percentile(ms, 95) / percentile(bare, 95)
            judged = site is OURS
            table.add(
                site.name,
                words,
                *(f"{percentile(ms, percent):.1f}" for percent in (50, 95, 100)),
                f"{median(ms) / median(bare):.2f}",
                f"{ratio:.2f}",
                f"{median([one / other for one, other in zip(ms, bare, strict=True)]):.2f}",
                goal=f"p95 ≤ {GOAL}" if judged else "",
                met=ratio <= GOAL if judged else None,
            )
    return table
