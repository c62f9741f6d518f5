"""A key press on the warmup slider to the picture, against a bare Bokeh server and a naive Panel page.

The peers have the curve alone. Our page is measured to its curve, and to the last of schedule, loss and path.
"""

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
GOAL, EVERYTHING_GOAL = 1.25, 100.0  # of the bare server; ms
PAUSE = (0.08, 0.12)  # seconds between moves; irregular, so that no page keeps step with the frames
ANSWER_SECONDS = 10
SITES = (OURS, BARE, NAIVE)
STAGES = {"presented": "frame after the paint", "painted": "end of the painting frame"}

Sample = dict[str, float]  # ms by stage


async def measure(rounds: int | None = None) -> list[Table]:
    """Press the same keys on each page, turn by turn, and compare how long the pictures take."""
    rounds = rounds or ROUNDS
    curves: dict[Site, list[Sample]] = {site: [] for site in SITES}
    everything: list[Sample] = []
    with serving(*SITES) as served:
        async with chromium() as browser:
            pages = {site: await opened(browser, site, served[site].url) for site in SITES}
            if set(await pages[OURS].evaluate("() => probe.watched")) != {"schedule", "loss", "path"}:
                raise AssertionError("schedule, loss and path are not all on our page")
            keys = itertools.cycle(["ArrowRight"] * ROW + ["ArrowLeft"] * ROW)
            for number, key in zip(range(-WARM_UP, rounds), keys, strict=False):
                first = number % len(SITES)
                for site in SITES[first:] + SITES[:first]:
                    curve, rest = await _press(pages[site], key)
                    if number >= 0:
                        curves[site].append(curve)
                    if number >= 0 and site is OURS:
                        everything.append(rest)
            for site in SITES:
                await check(pages[site], site)
    return [_table(curves, everything)]


async def _press(page: Page, key: str) -> tuple[Sample, Sample]:
    """Press a key; return the milliseconds from its event to the curve's picture, and to the last of all pictures."""
    await page.evaluate("() => probe.arm()")
    await asyncio.sleep(random.uniform(*PAUSE))
    await page.keyboard.press(key)
    curve = await asyncio.wait_for(page.evaluate("() => probe.landed()"), ANSWER_SECONDS)
    return curve, await asyncio.wait_for(page.evaluate("() => probe.settled()"), ANSWER_SECONDS)


def _table(curves: dict[Site, list[Sample]], everything: list[Sample]) -> Table:
    table = Table(
        f"latency: key press to picture, milliseconds, {len(everything)} presses each, interleaved",
        ["page", "measured to", "p50", "p95", "longest", "p50 / bare", "p95 / bare", "median of pairs / bare"],
        [
            "Each page ended on the engine's curve for the value that its slider showed.",
            "Our schedule is drawn in the browser, by the engine's own rule, and then confirmed by the server.",
            "All of ours: the answer with loss and path, exact band, three runs, edge, key values and ranking.",
        ],
    )
    for stage, words in STAGES.items():
        bare = [sample[stage] for sample in curves[BARE]]
        pages = {site.name: samples for site, samples in curves.items()}
        for name, samples in {f"{OURS.name}, schedule": pages.pop(OURS.name), "ours, all": everything, **pages}.items():
            ms = [sample[stage] for sample in samples]
            p95 = percentile(ms, 95)
            ratio = p95 / percentile(bare, 95)
            goal: tuple[str, bool | None] = ("", None)
            if samples is curves[OURS]:
                goal = (f"p95 ≤ {GOAL} bare", ratio <= GOAL)
                table.find("picture", f"{words}: {ratio:.2f}", ratio <= GOAL)
            elif samples is everything:
                goal = (f"p95 ≤ {EVERYTHING_GOAL:g}", p95 <= EVERYTHING_GOAL)
            table.add(
                name,
                words,
                *(f"{percentile(ms, percent):.1f}" for percent in (50, 95, 100)),
                f"{median(ms) / median(bare):.2f}",
                f"{ratio:.2f}",
                f"{median([one / other for one, other in zip(ms, bare, strict=True)]):.2f}",
                goal=goal[0],
                met=goal[1],
            )
    return table
