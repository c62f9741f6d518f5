"""The first usable paint of our page against an empty page of the same template, and what either costs."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.async_api import Browser, WebSocket

from benchmarks.browser import check, chromium, new_page, visit
from benchmarks.machine import processor
from benchmarks.report import Table, median
from benchmarks.servers import EMPTY, OURS, Served, Site, serving

ROUNDS = 12
GOAL = 1.5
CACHES = ("cold", "warm")
# Bytes of the page itself, and of the scripts and styles that it asks for, as they came over the network.
FETCHED = """() => ["navigation", "resource"].map((type) =>
  performance.getEntriesByType(type).reduce((sum, entry) => sum + entry.transferSize, 0))"""


@dataclass
class Visit:
    """One way to come to a page, and what was seen each time.

    Attributes:
        ms: Time until the page could be used [ms].
        cpu: What the server worked for it [ms].
        page: Bytes of the page.
        files: Bytes of scripts and styles.
        document: Bytes of the document, over the websocket.
    """

    ms: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)
    document: list[float] = field(default_factory=list)


Visits = dict[tuple[Site, str], Visit]


async def measure(rounds: int | None = None) -> list[Table]:
    """Open each page in turn: in a fresh browser context, and once more with the files in its cache."""
    visits = {(site, cache): Visit() for cache in CACHES for site in (OURS, EMPTY)}
    with serving(OURS, EMPTY) as served:
        async with chromium() as browser:
            for number in range(-1, rounds or ROUNDS):
                for site in (OURS, EMPTY) if number % 2 else (EMPTY, OURS):
                    # The first visit of all finds the server cold too, and is not counted.
                    await _come(browser, site, served[site], visits if number >= 0 else {})
    return [_times(visits), _costs(visits)]


async def _come(browser: Browser, site: Site, served: Served, visits: Visits) -> None:
    page = await new_page(browser)
    received: list[int] = []
    page.on("websocket", _noting(received))
    for cache in CACHES:
        received.clear()
        before = processor([served.pid])
        ms = await visit(page, served.url)
        amount = sum(received)
        if site is OURS:
            await check(page, site)  # usable: its slider and its curve are there, and agree
        if seen := visits.get((site, cache)):
            seen.ms.append(ms)
            seen.cpu.append(1e3 * (processor([served.pid]) - before))
            fetched, files = await page.evaluate(FETCHED)
            seen.page.append(fetched)
            seen.files.append(files)
            seen.document.append(amount)
    await page.context.close()


def _noting(sizes: list[int]) -> Callable[[WebSocket], None]:
    """Return a listener that notes how long each frame from the server is, in bytes."""

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sizes.append(len(frame.encode() if isinstance(frame, str) else frame)))

    return listen


def _times(visits: Visits) -> Table:
    rounds = len(visits[OURS, "cold"].ms)
    table = Table(
        f"load: navigation to documents idle and curve painted, ms, medians of {rounds} interleaved visits",
        ["page", "cache", "median", "least", "greatest", "of empty", "median of pairs"],
    )
    for (site, cache), seen in visits.items():
        empty = visits[EMPTY, cache].ms
        ratio = median(seen.ms) / median(empty)
        judged = site is OURS
        table.add(
            site.name,
            cache,
            *(f"{value(seen.ms):,.0f}" for value in (median, min, max)),
            f"{ratio:.2f}",
            f"{median([one / other for one, other in zip(seen.ms, empty, strict=True)]):.2f}",
            goal=f"≤ {GOAL}" if judged else "",
            met=ratio <= GOAL if judged else None,
        )
        if judged:
            table.find("load", f"{cache} cache: {ratio:.2f}", ratio <= GOAL)
    return table


def _costs(visits: Visits) -> Table:
    table = Table(
        "load: what a visit costs, medians",
        ["page", "cache", "server's processor, ms", "page, kB", "scripts and styles, kB", "document, kB"],
        ["The processor is that of the whole visit: page, files, document, and what the page asks for as it opens."],
    )
    for (site, cache), seen in visits.items():
        sizes = (f"{median(each) / 1e3:,.1f}" for each in (seen.page, seen.files, seen.document))
        table.add(site.name, cache, f"{median(seen.cpu):.0f}", *sizes)
    return table
