"""The engine's curves against the seed page's loop and against a hand-written numpy version with two slices."""

import gc
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Table, median
from schedules import FAMILIES, curve

ROUNDS, LONG_ROUNDS = 15, 5
RUN, LONG_RUN = 10_000, 1_000_000
PEAK, FLOOR = 3e-4, 3e-5
LEAST_SECONDS = 0.004  # of one timing, so that the clock's resolution does not count
FASTER_THAN_LOOP, SLOWER_THAN_SLICES = 40.0, 1.25

Curve = NDArray[np.float64]


def loop(T: int, Tw: int, eta_max: float, eta_min: float) -> Curve:
    """Return the curve the seed page's way: one update after the other."""
    lr = np.zeros(T)
    for t in range(T):
        if t < Tw:
            lr[t] = eta_max * (t + 1) / max(1, Tw)
        else:
            progress = (t - Tw) / max(1, T - Tw - 1)
            lr[t] = eta_min + 0.5 * (eta_max - eta_min) * (1 + np.cos(np.pi * progress))
    return lr


def slices(T: int, Tw: int, eta_max: float, eta_min: float) -> Curve:
    """Return the curve as someone fluent in numpy would write it for this one family."""
    lr = np.empty(T)
    lr[:Tw] = eta_max * np.arange(1, Tw + 1) / max(1, Tw)
    progress = np.arange(T - Tw) / max(1, T - Tw - 1)
    lr[Tw:] = eta_min + 0.5 * (eta_max - eta_min) * (1 + np.cos(np.pi * progress))
    return lr


def ours(T: int, Tw: int, eta_max: float, eta_min: float) -> Curve:
    """Return the curve through the engine's public door, checks and all."""
    return curve("warmup_cosine", T=T, Tw=Tw, eta_max=eta_max, eta_min=eta_min)


async def measure(rounds: int | None = None) -> list[Table]:
    """Time the engine; see the module."""
    return [_against_others(rounds), _all_families(rounds)]


def _against_others(rounds: int | None) -> Table:
    table = Table(
        "engine: warmup_cosine, microseconds for a curve (best / median of interleaved rounds)",
        ["T", "Tw", "ours", "slices", "loop", "ours / slices", "loop / ours"],
        ["Verdicts stand on the medians. On long runs memory sets the pace: the slices miss 40 times the loop too."],
    )
    for T in (RUN, LONG_RUN):
        for Tw in (0, 500, T // 2):
            parts = {"T": T, "Tw": Tw, "eta_max": PEAK, "eta_min": FLOOR}
            if not np.allclose(ours(**parts), loop(**parts), rtol=1e-12):
                raise AssertionError(f"the curves differ at {parts}")
            # A bound name for each iteration: the closures are called before the next one.
            ways = {way.__name__: (lambda way=way, parts=parts: way(**parts)) for way in (ours, slices, loop)}
            times = _interleaved(ways, rounds or (ROUNDS if T == RUN else LONG_ROUNDS))
            best = {name: min(samples) for name, samples in times.items()}
            middle = {name: median(samples) for name, samples in times.items()}
            short = T == RUN
            to_slices, to_loop = middle["ours"] / middle["slices"], middle["loop"] / middle["ours"]
            met = to_slices <= SLOWER_THAN_SLICES and (to_loop >= FASTER_THAN_LOOP or not short)
            table.add(
                f"{T:,}",
                f"{Tw:,}",
                *(f"{1e6 * best[name]:,.0f} / {1e6 * middle[name]:,.0f}" for name in ways),
                f"{best['ours'] / best['slices']:.2f} / {to_slices:.2f}",
                f"{best['loop'] / best['ours']:.0f} / {to_loop:.0f}",
                goal=f"≤ {SLOWER_THAN_SLICES}" + (f", ≥ {FASTER_THAN_LOOP:g}" if short else ""),
                met=met,
            )
            if short:
                table.find("curve", f"Tw = {Tw:,}: {to_loop:.0f}, {to_slices:.2f}", met)
    return table


def _all_families(rounds: int | None) -> Table:
    table = Table(
        f"engine: every family, T = {RUN:,}, microseconds for a curve", ["family", "best", "median", "median / slices"]
    )
    ways: dict[str, Callable[[], object]] = {key: (lambda key=key: curve(key, T=RUN)) for key in FAMILIES}
    ways["slices"] = lambda: slices(RUN, 500, PEAK, FLOOR)
    times = _interleaved(ways, rounds or ROUNDS)
    unit = median(times.pop("slices"))
    lines = {key: (min(samples), median(samples)) for key, samples in times.items()}
    lines["all together"] = tuple(map(sum, zip(*lines.values(), strict=True)))
    for name, (best, middle) in lines.items():
        table.add(name, f"{1e6 * best:,.0f}", f"{1e6 * middle:,.0f}", f"{middle / unit:.2f}")
    return table


def _interleaved(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of one call of each way, sampled turn by turn so that drift meets all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    calls = {name: _calls(way) for name, way in ways.items()}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, way in ways.items():
                start = time.perf_counter()
                for _ in range(calls[name]):
                    way()
                times[name].append((time.perf_counter() - start) / calls[name])
    finally:
        gc.enable()
    return times


def _calls(way: Callable[[], object]) -> int:
    """Return how many calls take long enough to be timed; the calls here also warm caches up."""
    start = time.perf_counter()
    way()
    if time.perf_counter() - start > LEAST_SECONDS:
        return 1
    start = time.perf_counter()
    way()
    return max(1, round(LEAST_SECONDS / max(1e-7, time.perf_counter() - start)))
