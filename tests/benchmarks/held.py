"""A slider held and moved at 60 events a second: pictures a second, gaps, and how far the last picture lags."""

import asyncio
import time

from playwright.async_api import Page

from benchmarks.browser import T, check, chromium, opened
from benchmarks.report import Table, median
from benchmarks.servers import BARE, OURS, Site, serving

ROUNDS = 6
RATE, SECONDS = 60, 2.0
STRIDE = 3.0  # pixels between events, enough for another value of the slider each time
QUIET_SECONDS = 1.0  # after the last event; a picture that comes later still counts as late
PICTURES, LAG = 20.0, 100.0


async def measure(rounds: int | None = None) -> list[Table]:
    """Drag the slider to and fro on each page in turn, in a fresh page each time."""
    found: dict[Site, list[dict[str, float]]] = {OURS: [], BARE: []}
    with serving(*found) as served:
        async with chromium() as browser:
            for number in range(rounds or ROUNDS):
                for site in list(found)[:: 1 if number % 2 else -1]:
                    page = await opened(browser, site, served[site].url)
                    found[site].append(await _drag(page, site))
                    await check(page, site)
                    await page.context.close()
    return [_table(found)]


async def _drag(page: Page, site: Site) -> dict[str, float]:
    """Hold the slider for a while and return what was seen."""
    for key in ("ArrowRight", "ArrowLeft") * 3:  # warm up
        await page.evaluate("() => probe.arm()")
        await page.keyboard.press(key)
        await page.evaluate("() => probe.landed()")
    client = await page.context.new_cdp_session(page)
    left, y, width = await _track(page, site)
    start = left + await _share(page, site) * width
    await page.mouse.move(start, y)
    await page.mouse.down()
    await asyncio.sleep(0.3)
    await page.evaluate("() => probe.arm()")
    sent, x, stride, begin = [], start, STRIDE, time.perf_counter()
    for number in range(int(RATE * SECONDS)):
        if not left + 0.05 * width < x + stride < left + 0.95 * width:
            stride = -stride
        x += stride
        event = {"type": "mouseMoved", "x": x, "y": y, "button": "left", "buttons": 1}
        # Not awaited: a hand does not wait for the page either.
        sent.append(asyncio.create_task(client.send("Input.dispatchMouseEvent", event)))
        await asyncio.sleep(max(0.0, begin + (number + 1) / RATE - time.perf_counter()))
    await asyncio.gather(*sent)
    await asyncio.sleep(QUIET_SECONDS)
    moves, pictures = await page.evaluate("() => [probe.moves, probe.pictures.map((each) => each.presented)]")
    await page.mouse.up()
    during = [picture for picture in pictures if picture <= moves[-1]]
    return {
        "events": len(moves),
        "pictures": len(during) / (moves[-1] - moves[0]) * 1000,
        "gap": max(later - earlier for earlier, later in zip([moves[0], *during], [*during, moves[-1]], strict=True)),
        "lag": pictures[-1] - moves[-1],
    }


async def _track(page: Page, site: Site) -> tuple[float, float, float]:
    """Return the left end, the height and the width of the way that the slider's handle goes [pixels]."""
    box = await site.handle(page).bounding_box()
    if site is OURS:  # the handle is the whole input, and a thumb goes within it
        return box["x"] + 8, box["y"] + box["height"] / 2, box["width"] - 16
    track = await page.locator(".noUi-base").bounding_box()
    return track["x"], box["y"] + box["height"] / 2, track["width"]


async def _share(page: Page, site: Site) -> float:
    """Return how far along its way the handle stands, 0 to 1."""
    if site is OURS:
        return float(await site.handle(page).evaluate("(range) => range.value / range.max"))
    return await site.read(page) / T


def _table(found: dict[Site, list[dict[str, float]]]) -> Table:
    table = Table(
        f"held: {RATE} events a second for {SECONDS:g} s, medians of {len(found[OURS])} drags (least – greatest)",
        ["page", "events seen", "pictures a second", "longest gap, ms", "last picture after last event, ms"],
        ["After each drag the page showed the engine's curve for the slider's last value."],
    )
    for site, drags in found.items():
        middle = {name: median([drag[name] for drag in drags]) for name in drags[0]}
        cells = [
            f"{middle[name]:.0f} ({min(drag[name] for drag in drags):.0f} – {max(drag[name] for drag in drags):.0f})"
            for name in middle
        ]
        judged = site is OURS
        met = middle["pictures"] >= PICTURES and middle["lag"] <= LAG
        table.add(
            site.name,
            *cells,
            goal=f"≥ {PICTURES:g}/s, ≤ {LAG:g} ms" if judged else "",
            met=met if judged else None,
        )
        if judged:
            table.find("held", f"{middle['pictures']:.0f} a second, {middle['lag']:.0f} ms", met)
    return table
