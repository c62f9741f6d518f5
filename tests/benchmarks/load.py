"""The first usable paint of our page against an empty page of the same template."""

from benchmarks.browser import chromium, new_page, visit
from benchmarks.report import Table, median
from benchmarks.servers import EMPTY, OURS, Site, serving

ROUNDS = 12
GOAL = 1.5


async def measure(rounds: int | None = None) -> list[Table]:
    """Open each page in turn: in a fresh browser context, and once more with the files in its cache."""
    times: dict[tuple[Site, str], list[float]] = {}
    with serving(OURS, EMPTY) as urls:
        async with chromium() as browser:
            for number in range(-1, rounds or ROUNDS):
                for site in (OURS, EMPTY) if number % 2 else (EMPTY, OURS):
                    page = await new_page(browser)
                    for cache in ("cold", "warm"):
                        ms = await visit(page, urls[site])
                        if number >= 0:  # the first visit of all finds the server cold too
                            times.setdefault((site, cache), []).append(ms)
                    await page.context.close()
    table = Table(
        f"load: navigation to documents idle and curve painted, ms, medians of {rounds or ROUNDS} interleaved visits",
        ["page", "cache", "median", "least", "greatest", "of empty", "median of pairs"],
    )
    for (site, cache), ms in sorted(times.items(), key=lambda item: item[0][1]):
        empty = times[EMPTY, cache]
        ratio = median(ms) / median(empty)
        judged = site is OURS
        table.add(
            site.name,
            cache,
            *(f"{value(ms):,.0f}" for value in (median, min, max)),
            f"{ratio:.2f}",
            f"{median([one / other for one, other in zip(ms, empty, strict=True)]):.2f}",
            goal=f"≤ {GOAL}" if judged else "",
            met=ratio <= GOAL if judged else None,
        )
    return [table]
