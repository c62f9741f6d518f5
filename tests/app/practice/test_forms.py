"""What counts as legal, as the same, and how it is said."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.practice.forms import CLOSE, KNOTS, LOG, Axis, Choice, Number, Ordering, Place, Sketch

REAL = st.floats(1e-6, 1e6)
AXES = st.sampled_from([Axis("t", 0, 999), Axis("rate", 1e-5, 1.0, LOG), Axis("θ", -1.0, 2.0)])


@given(REAL, st.floats(-0.2, 0.2))
def test_a_number_passes_within_five_percent(truth: float, off: float) -> None:
    if not math.isclose(abs(off), 0.05, rel_tol=1e-6):
        assert Number().same(truth * (1 + off), truth) == (abs(off) < 0.05)


def test_a_count_may_be_off_by_one() -> None:
    steps = Number("steps", whole=True)
    assert steps.same(9, 10)
    assert not steps.same(8, 10)
    with pytest.raises(ValueError, match="whole"):
        steps.legal(1.5)


def test_a_gap_is_said_with_its_direction() -> None:
    assert Number().gap(4.0, 2.0) == "off by 2: 2 times too high"
    assert Number().gap(1.0, 2.0) == "off by 1: 2 times too low"
    assert Number().gap(0.0, 2.0) == "off by 2"
    assert Number("updates").gap(3.0, 0.0) == "off by 3 updates"
    assert Number().gap(0.1 + 0.2, 0.3) == Number().gap(2.0, 2.0) == "the same"  # the last bits are the computer's


@given(AXES, st.floats(0, 1))
def test_an_axis_finds_its_shares_again(axis: Axis, share: float) -> None:
    assert axis.share(axis.at(share)) == pytest.approx(share, abs=1e-9)


def test_a_place_is_judged_as_it_looks_on_its_axis() -> None:
    place = Place(Axis("rate", 1e-4, 1.0, LOG))
    assert place.same(1e-2, 1.5e-2)
    assert not place.same(1e-2, 2e-2)
    for beside in (1e-5, 2.0, float("nan"), "1e-2", None, True):
        with pytest.raises(ValueError, match="Choose a place"):
            place.legal(beside)


def test_an_ordering_counts_pairs_that_are_turned() -> None:
    form = Ordering({"a": "A", "b": "B", "c": "C"}, "least", "most")
    assert form.gap(["c", "b", "a"], ["a", "b", "c"]) == "3 of 3 pairs the wrong way round"
    assert form.gap(["a", "c", "b"], ["a", "b", "c"]) == "1 of 3 pairs the wrong way round"
    assert form.words(["b", "a", "c"]) == "1. B; 2. A; 3. C"
    for odd in (["a", "b"], ["a", "a", "b"], "abc", [1, 2, 3], None):
        with pytest.raises(ValueError, match=r"order|one place"):
            form.legal(odd)


def test_a_choice_is_one_of_its_options() -> None:
    form = Choice({"up": "It rises"})
    assert form.legal("up") == "up"
    for odd in ("down", 1, None, ["up"], {}):
        with pytest.raises(ValueError, match="options"):
            form.legal(odd)


SKETCH = Sketch(Axis("t", 0, 100), Axis("loss", 1e-3, 10.0, LOG))
HEIGHTS = st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=KNOTS, max_size=KNOTS)


@given(HEIGHTS)
def test_a_sketch_stays_within_its_axis(heights: list[float | None]) -> None:
    if all(height is None for height in heights):
        with pytest.raises(ValueError, match="Nothing"):
            SKETCH.legal(heights)
        return
    legal = SKETCH.legal(heights)
    assert [height is None for height in legal] == [height is None for height in heights]
    filled = SKETCH.filled(legal)
    assert ((filled >= 1e-3 * (1 - 1e-9)) & (filled <= 10 * (1 + 1e-9))).all()
    assert SKETCH.distance(legal, filled.tolist()) == pytest.approx(0, abs=1e-12)


def test_gaps_are_filled_along_straight_lines_of_the_plot() -> None:
    heights: list[float | None] = [None] * KNOTS
    heights[0], heights[-1] = 1e-3, 10.0
    np.testing.assert_allclose(SKETCH.filled(heights), np.geomspace(1e-3, 10, KNOTS))


def test_curves_are_the_same_up_to_a_tenth_of_the_axis() -> None:
    flat = SKETCH.up.at(np.full(KNOTS, 0.5)).tolist()
    for off in (0.9 * CLOSE, 1.1 * CLOSE):
        other = SKETCH.up.at(np.full(KNOTS, 0.5 + off)).tolist()
        assert SKETCH.same(other, flat) == (off < CLOSE)
        assert SKETCH.seen(flat, other) == ("same" if off < CLOSE else "higher")


@pytest.mark.parametrize(
    "odd", [None, "up", [], [1.0] * (KNOTS - 1), [1.0] * KNOTS + [1.0], ["1"] * KNOTS, [math.nan] * KNOTS]
)
def test_what_is_no_sketch_is_refused(odd: object) -> None:
    with pytest.raises(ValueError, match="Draw"):
        SKETCH.legal(odd)
