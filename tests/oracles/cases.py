"""Parameter sets to try: a grid with all edges of runs and warmups, sets drawn by lot, and the engine's defaults."""

import itertools
import random
from collections.abc import Sequence
from typing import Any

from schedules.spec import FAMILIES

RUNS = (  # T and Tw
    *((1, 0), (1, 1), (1, 4), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (3, 2)),
    *((10, 0), (10, 1), (10, 7), (10, 8), (10, 9), (10, 10), (10, 15)),
    *((37, 7), (100, 10), (250, 249), (400, 0), (400, 398), (1000, 0), (1000, 1), (1000, 100), (1203, 500)),
)
LENGTHS = tuple((T, 0) for T in (1, 2, 3, 7, 10, 50, 101, 1000, 1203))  # for families without a warmup
RATES = ((3e-4, 3e-5), (0.1, 0.0), (1.0, 1.0), (1e-3, 0.02))  # eta_max and eta_min
DRAWN = 40
LONGEST_DRAWN = 300


def sets(family: str, runs: Sequence[tuple[int, int]] = RUNS, **others: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Return every run with every combination of the values in `others`; then random ones, then the defaults.

    Each run takes all pairs of rates if there are no others, else each combination takes one by lot. Names that the
    family lacks are left out.
    """
    lot = random.Random(family)  # the same sets every time
    grid = []
    for (T, Tw), *rest in itertools.product(runs, *others.values()):
        for eta_max, eta_min in [lot.choice(RATES)] if others else RATES:
            rates = {"T": T, "Tw": Tw, "eta_max": eta_max, "eta_min": eta_min}
            grid.append(rates | dict(zip(others, rest, strict=True)))
    for _ in range(DRAWN):
        T = lot.randint(1, LONGEST_DRAWN)
        eta_max = 10 ** lot.uniform(-6, 1)
        eta_min = eta_max * lot.choice((0.0, lot.uniform(0, 1)))
        rates = {"T": T, "Tw": lot.randint(0, T + 3), "eta_max": eta_max, "eta_min": eta_min}
        grid.append(rates | {name: lot.choice(values) for name, values in others.items()})
    known = [{name: value for name, value in values.items() if FAMILIES[family].has(name)} for values in grid]
    return [*known, {}]
