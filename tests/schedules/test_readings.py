"""Readings of a range test: as the tools define them, true to known curves, and never a warning."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import SOURCES
from schedules.readings import Reading, readings, smooth

KEYS = ["smith_base", "smith_max", "smith_third", "steep", "minimum", "valley", "slide", "lr_finder", "lightning"]
TOOLS = KEYS[3:]
noise = st.lists(st.floats(-0.2, 0.2), min_size=40, max_size=120)


def by_key(lr: np.ndarray, loss: np.ndarray) -> dict[str, Reading]:
    return {reading.key: reading for reading in readings(lr, loss)}


def rates(lr: np.ndarray, loss: np.ndarray) -> dict[str, float | None]:
    return {key: reading.lr for key, reading in by_key(lr, loss).items()}


def sweep(size: int) -> np.ndarray:
    return np.geomspace(1e-5, 10, size)


def bowl(size: int = 100, bottom: float = 0.3) -> np.ndarray:
    """Return a loss that is flat, falls, and diverges after `bottom`, the share of the sweep that is left there."""
    way = np.linspace(0, 1, size)
    return 1000 / (1 + np.exp(30 * (way - 0.5))) + np.exp(40 * (way - 1 + bottom)) + 1


# What the tools do, written with loops and kept apart from the code under test.


def naive_average(loss: list[float], beta: float, debias: bool) -> list[float]:
    average, out = (0.0 if debias else loss[0]), []
    for n, value in enumerate(loss):
        average = beta * average + (1 - beta) * value
        out.append(average / (1 - beta ** (n + 1)) if debias else average)
    return out


def naive_kept(average: list[float], factor: float) -> int:
    best = math.inf
    for index, value in enumerate(average):
        best = min(best, value)
        if value > factor * best:
            return index + 1
    return len(average)


def naive_valley(loss: list[float]) -> int:
    lengths = [1] * len(loss)
    start = end = 0
    for i in range(1, len(loss)):
        for j in range(i):
            if loss[i] < loss[j]:
                lengths[i] = max(lengths[i], lengths[j] + 1)
        if lengths[i] > lengths[end]:
            end, start = i, i - lengths[i]
    return start + int((end - start) / 3) + int((end - start) / 3 / 2)


def naive_slide(loss: list[float]) -> int:
    slope = np.gradient(loss)
    right, left = -1, -16
    found = left
    while left >= -len(loss) and abs(slope[right] - slope[left]) > 0.005:
        found, right, left = left, right - 1, left - 1
    return found


def naive(lr: list[float], loss: list[float]) -> dict[str, float]:
    """Return the rates of the tools for a loss that starts at 1 and is finite."""
    debiased, plain = naive_average(loss, 0.98, debias=True), naive_average(loss, 0.95, debias=False)
    stop = naive_kept(debiased, 4)
    r, y = lr[len(lr) // 10 : stop - 5], debiased[len(lr) // 10 : stop - 5]
    steep = [(y[i + 1] - y[i]) / (math.log(r[i + 1]) - math.log(r[i])) for i in range(len(y) - 1)]
    finder = slice(10, naive_kept(plain, 5) - 5)
    linear = slice(10, stop - 1)
    return {
        "steep": r[steep.index(min(steep))],
        "minimum": r[y.index(min(y))] / 10,
        "valley": r[naive_valley(y)],
        "slide": r[naive_slide(y)],
        "lr_finder": lr[finder][int(np.gradient(plain[finder]).argmin())],
        "lightning": lr[linear][int(np.gradient(debiased[linear], lr[linear]).argmin())],
    }


@given(noise)
def test_the_tools_are_read_as_they_define_it(noise: list[float]) -> None:
    loss = bowl(len(noise)) * (1 + np.array(noise))
    loss /= loss[0]
    lr = sweep(loss.size)
    found = rates(lr, loss)
    assert {key: found[key] for key in TOOLS} == pytest.approx(naive(lr.tolist(), loss.tolist()), rel=1e-12)


def test_each_tool_has_its_own_stop_and_its_own_ends() -> None:
    lr, loss = np.linspace(0, 1, 100), np.linspace(1, 0.9, 100)
    loss[50] = 72  # 4.5 times the lowest average of torch-lr-finder, 3.2 times that of the others
    spiked = rates(lr, loss)
    assert {key: spiked[key] for key in TOOLS} == pytest.approx(naive(lr.tolist(), loss.tolist()))
    loss[50], loss[98] = 1, 0.1  # only Lightning looks so near to the end
    late = rates(lr, loss)
    assert {key: late[key] for key in TOOLS} == pytest.approx(naive(lr.tolist(), loss.tolist()))
    assert late["lightning"] == lr[98]


def test_a_plateau_is_no_part_of_a_valley() -> None:
    loss = np.interp(np.arange(100), [0, 50, 99], [1, 1, 0])
    assert rates(sweep(100), loss)["valley"] == sweep(100)[49 + 45 // 3 + 45 // 6]  # 45 ever lower averages, 50 to 94


@given(st.lists(st.floats(-100, 100), max_size=60), st.sampled_from([0, 0.5, 0.9, 0.98, 0.999]))
def test_the_average_is_the_one_with_a_corrected_start(loss: list[float], beta: float) -> None:
    np.testing.assert_allclose(smooth(loss, beta), naive_average(loss or [0.0], beta, True)[: len(loss)], atol=1e-10)


def test_the_average_of_a_constant_is_exactly_that() -> None:
    assert (smooth(np.full(1000, 0.1), 0.98) == 0.1).all()


@pytest.mark.parametrize("bad", [-0.1, 1, 2, math.nan])
def test_an_average_without_sense_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="beta"):
        smooth([1.0], bad)
    with pytest.raises(ValueError, match="loss"):
        smooth([[1.0]], 0.5)


def test_every_method_gives_one_reading_with_a_name_and_a_source() -> None:
    found = readings(sweep(100), bowl())
    assert [reading.key for reading in found] == KEYS
    for reading in found:
        assert reading.name
        assert reading.looks_at
        assert reading.lr is not None
        assert isinstance(reading.lr, float)
        assert (reading.source in SOURCES) == reading.key.startswith("smith")
        assert ("ours" in reading.note) == reading.key.startswith("smith")


@given(noise, st.integers(-60, 60))
def test_the_unit_of_the_loss_does_not_matter(noise: list[float], power: int) -> None:
    loss = bowl(len(noise)) * (1 + np.array(noise))
    lr = sweep(loss.size)
    assert rates(lr, loss * 2.0**power) == rates(lr, loss)


def test_nor_does_a_unit_that_rounds_on_a_smooth_curve() -> None:
    assert rates(sweep(100), bowl() / 1000 / 3) == pytest.approx(rates(sweep(100), bowl()))


@pytest.mark.parametrize("bottom", [0.3, 0.5, 0.7])
def test_minimum_is_a_tenth_of_the_rate_at_the_bottom_of_a_v(bottom: float) -> None:
    lr = sweep(2001)  # so long that the average lags by little
    loss = 1 + 20 * np.abs(np.linspace(0, 1, lr.size) - bottom)
    average = smooth(loss, 0.98)
    found = rates(lr, loss)["minimum"]
    assert found == lr[average.argmin()] / 10
    assert found == pytest.approx(lr[round(2000 * bottom)] / 10, rel=0.4)


@pytest.mark.parametrize("lr", [sweep(1000), np.linspace(0, 10, 1000)])
def test_smiths_bounds_are_the_ends_of_a_ramp(lr: np.ndarray) -> None:
    loss = np.interp(np.arange(1000), [0, 300, 605, 1000], [1000, 1000, 500, 500])
    found = rates(lr, loss)
    assert found["smith_base"] == pytest.approx(lr[331], rel=1e-9)
    assert found["smith_max"] == pytest.approx(lr[575], rel=1e-9)
    assert found["smith_third"] == pytest.approx(lr[575] / 3, rel=1e-9)


def test_smiths_max_comes_earlier_where_the_fall_turns_ragged() -> None:
    loss = np.interp(np.arange(1000), [0, 300, 605, 1000], [1000, 1000, 500, 500])
    loss[450:480] += 200
    assert sweep(1000)[440] < by_key(sweep(1000), loss)["smith_max"].lr < sweep(1000)[460]


def test_one_wild_loss_does_not_move_smiths_bounds() -> None:
    loss, spiked = bowl(400), bowl(400)
    spiked[[50, 200]] = [1, 5000]
    for key in ("smith_base", "smith_max"):
        assert rates(sweep(400), spiked)[key] == pytest.approx(rates(sweep(400), loss)[key], rel=0.1)


@pytest.mark.parametrize("wild", [math.inf, math.nan, 1e300])
def test_what_comes_after_a_divergence_changes_nothing(wild: float) -> None:
    lr, loss = sweep(100), bowl()
    loss[80:] = wild
    other = loss.copy()
    other[85:] = [math.nan, math.inf, 1.0] * 5
    assert None not in rates(lr, loss).values()
    assert rates(lr, loss) == rates(lr, other)
    assert max(found for found in rates(lr, loss).values() if found) <= lr[80]


@pytest.mark.parametrize("loss", [np.full(100, 7.0), np.linspace(1, 2, 100)])
def test_a_loss_that_never_falls_leaves_nothing_to_read_but_where_slide_starts(loss: np.ndarray) -> None:
    for key, reading in by_key(sweep(100), loss).items():
        assert (reading.lr is None) == (key != "slide")
        assert reading.note
    assert rates(sweep(100), loss)["slide"] == sweep(100)[100 - 5 - 16]


@given(st.integers(0, 45), st.integers(0, 45))
def test_short_sweeps_and_early_divergence_are_told_not_failed(size: int, stop: int) -> None:
    loss = bowl(max(size, 1))[:size]
    loss[stop:] = math.inf
    for reading in readings(sweep(size), loss):
        assert reading.lr is not None or "needs" in reading.note or "falls" in reading.note
        if size < 30:
            assert (reading.lr, f"at least 30 updates; this one has {size}" in reading.note) == (None, True)


@pytest.mark.parametrize("first", [0.0, -1.0, math.inf, math.nan])
def test_a_first_loss_without_sense_leaves_nothing_to_read(first: float) -> None:
    loss = np.append(first, bowl(99))
    assert {(reading.lr, "first loss" in reading.note) for reading in readings(sweep(100), loss)} == {(None, True)}


@given(st.lists(st.floats() | st.floats(0, 2), min_size=30, max_size=60), st.booleans(), st.integers(-300, 300))
def test_no_loss_warns_and_every_rate_is_of_the_sweep(loss: list[float], linear: bool, power: int) -> None:
    lr = np.linspace(0, 1, len(loss)) if linear else np.geomspace(1e-5, 1, len(loss)) * 10.0**power
    for reading in readings(lr, loss):
        part = {"smith_third": 3, "minimum": 10}.get(reading.key, 1)
        assert reading.lr in lr / part if reading.lr is not None else reading.note


@pytest.mark.parametrize(
    ("lr", "loss", "name"),
    [
        (np.ones((2, 2)), np.ones((2, 2)), "lr"),
        (np.arange(5), np.ones(4), "loss"),
        ([1, 2, 2], np.ones(3), "lr"),
        ([-1, 2, 3], np.ones(3), "lr"),
        ([1, 2, math.inf], np.ones(3), "lr"),
        ([1, math.nan, 3], np.ones(3), "lr"),
    ],
)
def test_a_sweep_without_sense_is_refused_by_name(lr: np.ndarray, loss: np.ndarray, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        readings(lr, loss)
