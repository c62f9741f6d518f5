"""The ways in which people read a learning-rate range test: one curve, and a rate from each of them."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]
Points = tuple[Values, Values]  # rates, and the losses measured there
Found = tuple[float | None, str]  # a rate or none, and what is to be said of it
Rule = Callable[[Values, Values], Found]

SHORTEST = 30  # updates; below, skipping points at both ends leaves too little to read
BETA = 0.98  # share of the old average, in fastai and Lightning
OLD = 0.95  # the same in torch-lr-finder, which calls the other 0.05 its smoothing
APART, THRESHOLD = 15, 0.005  # of slide: points, and change of slope
SHARE = 0.1  # of the whole fall: Smith's "starts", "slows" and "ragged", made into a rule
LEAST_FALL = 0.05  # of the first loss; less is taken for noise
RELATIVE = 1e-12  # losses nearer than this are the same
OURS = "Smith reads the accuracy by eye, on a linear axis; this rule on the loss is ours."


@dataclass(frozen=True)
class Reading:
    """What one method reads off a range test.

    Attributes:
        key: Its name in code.
        name: Its name on the page.
        lr: The rate it names; None if it finds nothing on this curve.
        looks_at: A clause that says what on the curve it looks at.
        source: A key of `SOURCES`, or a plain reference.
        note: Why there is no rate, or what to know of it; may be empty.
    """

    key: str
    name: str
    lr: float | None
    looks_at: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class Tool:
    """Where methods come from: the source, and the points of a sweep that it looks at."""

    source: str
    points: Callable[[Values, Values], Points]


@dataclass(frozen=True)
class Method:
    """A way to read a range test: a tool's points, the least number of them, and a rule."""

    key: str
    name: str
    looks_at: str
    tool: Tool
    rule: Rule
    needs: int = 2

    def read(self, lr: Values, loss: Values) -> Reading:
        """Return the reading of a sweep whose losses, shape (N,), start at 1."""
        kept = self.tool.points(lr, loss)
        if (left := kept[0].size) < self.needs:
            return self.found(None, f"It needs {self.needs} points; the loss diverges so early that it has {left}.")
        return self.found(*self.rule(*kept))

    def found(self, lr: float | None, note: str) -> Reading:
        """Return a reading of this method."""
        return Reading(self.key, self.name, lr, self.looks_at, self.tool.source, note)


# Losses far apart may overflow, and rates close together leave slopes without a value; both are seen to below.
@np.errstate(all="ignore")
def readings(lr: ArrayLike, loss: ArrayLike) -> tuple[Reading, ...]:
    """Return what each method reads off a range test, in the order of `METHODS`.

    The loss at i is measured before update i, so it shows what the earlier, smaller rates did; a moving average is
    later still. The methods differ by a factor of ten and more, and none of them is the answer.

    A tool ends its sweep at the first average above 4 (fastai, Lightning) or 5 (torch-lr-finder) times its lowest so
    far; here, so does a loss that is not finite. That last point counts when points are skipped at the end. N is
    taken for the planned length, so a sweep should be given whole, with whatever it measured after it diverged.

    All rules see the loss divided by its first value: thresholds that are absolute in a tool, as the 0.005 of slide,
    are shares of the first loss here. So the unit of the loss does not matter. Lightning's average is taken as it
    is meant; Lightning itself divides as if it had seen one value more, which lowers its first averages.

    Args:
        lr: Rates of the updates, shape (N,), increasing; the first may be 0.
        loss: Losses before the updates, shape (N,), meant to be positive; inf or nan after a divergence.

    Returns:
        One reading for each method. Those that find nothing have no rate, and a note that says why.

    Raises:
        ValueError: if `lr` is not a list of finite, increasing numbers from 0 up, or `loss` has another shape.
    """
    rates, losses = _checked(lr, loss)
    if rates.size < SHORTEST:
        note = f"It needs a sweep of at least {SHORTEST} updates; this one has {rates.size}."
    elif not (np.isfinite(losses[0]) and losses[0] > 0):
        note = "It needs a first loss that is finite and above zero."
    else:
        return tuple(method.read(rates, losses / losses[0]) for method in METHODS)
    return tuple(method.found(None, note) for method in METHODS)


def smooth(loss: ArrayLike, beta: float) -> Values:
    """Return the exponential moving average of a loss, corrected for its start at zero.

    The average a ← βa + (1 − β)·loss, from a = 0, divided by 1 − βⁿ after n values. It is a weighted mean of the
    values so far, and lags behind them by about β / (1 − β) updates once n is large.

    Args:
        loss: Losses in the order of time, shape (N,).
        beta: Share β of the old average, from 0 up to but not including 1.

    Returns:
        float64, shape (N,); not finite from the first loss on that is not finite.

    Raises:
        ValueError: for a `loss` of another shape, or a `beta` out of range.
    """
    losses = np.asarray(loss, dtype=np.float64)
    if losses.ndim != 1:
        raise ValueError(f"loss has shape {losses.shape}; it must have one dimension")
    if not 0 <= beta < 1:
        raise ValueError(f"beta={beta} is not allowed; it must be at least 0 and less than 1")
    return _average(losses, 1 - beta, debias=True)


def _average(loss: Values, weight: float, debias: bool = False) -> Values:
    """Return the average that starts at the first loss and moves by `weight`, or more at first, towards each next.

    Plain floats overflow without a word, and in steps like these a constant loss stays exactly constant.
    """
    average, averages = float(loss[0]) if loss.size else 0.0, []
    for n, value in enumerate(loss.tolist(), start=1):
        average += (weight / (1 - (1 - weight) ** n) if debias else weight) * (value - average)
        averages.append(average)
    return np.array(averages)


def _checked(lr: ArrayLike, loss: ArrayLike) -> Points:
    rates, losses = np.asarray(lr, dtype=np.float64), np.asarray(loss, dtype=np.float64)
    if rates.ndim != 1:
        raise ValueError(f"lr has shape {rates.shape}; it must have one dimension")
    if losses.shape != rates.shape:
        raise ValueError(f"loss has shape {losses.shape}; it must have that of lr, {rates.shape}")
    if not np.isfinite(rates).all() or (rates < 0).any():
        raise ValueError("lr must be finite and not negative")
    if (np.diff(rates) <= 0).any():
        raise ValueError("lr must increase from each update to the next")
    return rates, losses


def _kept(lr: Values, averages: Values, factor: float, skip_start: int, skip_end: int) -> Points:
    """Return the points of a sweep that ends above `factor` times its lowest average, without those at its ends."""
    over = np.flatnonzero(~(averages / factor <= np.fmin.accumulate(averages)) | ~np.isfinite(averages))
    recorded = int(over[0]) + 1 if over.size else averages.size
    part = slice(skip_start, max(recorded - skip_end, skip_start))
    return lr[part], averages[part]


def _smith_points(lr: Values, loss: Values) -> Points:
    """Return the sweep while it is finite, as running medians: like the eye, they pass over spikes and do not lag."""
    wild = np.flatnonzero(~np.isfinite(loss))
    stop = int(wild[0]) if wild.size else loss.size
    reach = loss.size // 40  # a window of about a twentieth of the sweep
    padded = np.pad(loss[:stop], reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return lr[:stop], np.median(windows, axis=1)


def _smith_bounds(lr: Values, loss: Values) -> tuple[float, float] | None:
    """Return the rates where the loss starts to fall and where it stops falling well; None if it does not fall.

    The fall is that from the first loss to the lowest. It starts after the last loss, on the way to the lowest, that
    keeps nine tenths of the fall ahead. It ends where a tenth of the fall is left, or before, where the loss comes
    back up by a tenth of the fall.
    """
    lowest = int(loss.argmin())
    fall = loss[0] - loss[lowest]
    if fall < LEAST_FALL * loss[0]:
        return None
    way = loss[: lowest + 1]
    base = int(np.flatnonzero(way > loss[0] - SHARE * fall)[-1]) + 1
    rest = way[base:]
    done = (rest <= loss[lowest] + SHARE * fall) | (rest - np.minimum.accumulate(rest) >= SHARE * fall)
    return float(lr[base]), float(lr[base + int(done.argmax())])


def _smith(which: int, over: int = 1) -> Rule:
    def rule(lr: Values, loss: Values) -> Found:
        bounds = _smith_bounds(lr, loss)
        if bounds is None:
            return None, f"The loss falls by less than a twentieth of its first value. {OURS}"
        return bounds[which] / over, OURS

    return rule


def _at(point: Callable[[Values, Values], int], over: int = 1) -> Rule:
    """Return the rule that names the rate at a point, or a part of it, for losses that fall somewhere."""

    def rule(lr: Values, loss: Values) -> Found:
        if not (loss < np.maximum.accumulate(loss) * (1 - RELATIVE)).any():
            return None, "The averaged loss never falls; the tool would name a rate all the same."
        return float(lr[point(lr, loss)]) / over, ""

    return rule


def _lowest(_: Values, loss: Values) -> int:
    return int(loss.argmin())


def _steepest(slope: Values) -> int:
    return int(np.where(np.isfinite(slope), slope, np.inf).argmin())


def _by_log(lr: Values, loss: Values) -> int:
    return _steepest(np.diff(loss) / np.diff(np.log(lr)))


def _by_update(_: Values, loss: Values) -> int:
    return _steepest(np.gradient(loss))


def _by_rate(lr: Values, loss: Values) -> int:
    return _steepest(np.gradient(loss, lr))


def _valley(_: Values, loss: Values) -> int:
    """Return the index halfway, by its length, from where the longest decreasing subsequence could start."""
    tails: list[float] = []  # by length, minus the highest loss at which such a subsequence ends
    end = 0
    for index, value in enumerate(loss.tolist()):
        place = bisect_left(tails, -value)
        if place == len(tails):
            end = index
        tails[place : place + 1] = [-value]
    length = len(tails)
    return max(end - length + length // 3 + length // 6, 0)


def _slide(lr: Values, loss: Values) -> Found:
    """Return the left end of a pair of points, moved left from the right end while their slopes differ."""
    slope = np.gradient(loss)
    differ = (np.abs(slope[APART:] - slope[:-APART]) > THRESHOLD)[::-1]
    moves = differ.size if differ.all() else int(differ.argmin())
    note = "" if moves else "The slopes do not differ even at the right end, so this is only where it looks first."
    return float(lr[differ.size - max(moves, 1)]), note


SMITH = Tool("smith-2015-cyclical-learning-rates", _smith_points)
FASTAI = Tool("fastai 2.8.12 lr_find", lambda lr, loss: _kept(lr, smooth(loss, BETA), 4, lr.size // 10, 5))
LR_FINDER = Tool("torch-lr-finder LRFinder.plot", lambda lr, loss: _kept(lr, _average(loss, 1 - OLD), 5, 10, 5))
LIGHTNING = Tool("Lightning 2.6.6 lr_find", lambda lr, loss: _kept(lr, smooth(loss, BETA), 4, 10, 1))
METHODS = (
    Method("smith_base", "Smith: base rate", "where the fall of the loss starts: a tenth is done", SMITH, _smith(0)),
    Method("smith_max", "Smith: max rate", "where the fall slows or turns ragged: a tenth is left", SMITH, _smith(1)),
    Method("smith_third", "Smith: a third of max", "a third of the max rate; or a quarter", SMITH, _smith(1, over=3)),
    Method("steep", "fastai: steep", "the steepest fall of the average over log rate", FASTAI, _at(_by_log)),
    Method("minimum", "fastai: minimum", "one tenth of the rate at the lowest average", FASTAI, _at(_lowest, over=10)),
    Method("valley", "fastai: valley", "halfway down the longest series of ever lower averages", FASTAI, _at(_valley)),
    Method("slide", "fastai: slide", "from the right, where slopes 15 points apart agree", FASTAI, _slide, APART + 1),
    Method("lr_finder", "torch-lr-finder: steepest", "the steepest fall by update", LR_FINDER, _at(_by_update)),
    Method("lightning", "Lightning: suggestion", "the steepest fall over the rate itself", LIGHTNING, _at(_by_rate)),
)
