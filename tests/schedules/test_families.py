"""Laws that every family keeps, and those that are its own; a new family meets the general ones by existing."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import schedules
from schedules.spec import FAMILIES, Family
from strategies import params_of, rounding

every_family = pytest.mark.parametrize("key", FAMILIES)
ramped = pytest.mark.parametrize("key", [key for key, family in FAMILIES.items() if family.has("Tw")])
TRIANGLES = ["triangular", "triangular2", "exp_range"]


def seed_loop(T: int, Tw: int, eta_max: float, eta_min: float) -> list[float]:
    """The curve of the page that this project grew from, one update after the other."""
    rates = []
    for t in range(T):
        if t < Tw:
            rates.append(eta_max * (t + 1) / max(1, Tw))
        else:
            u = (t - Tw) / max(1, T - Tw - 1)
            rates.append(eta_min + 0.5 * (eta_max - eta_min) * (1 + math.cos(math.pi * u)))
    return rates


def bounds_of(values: dict[str, Any]) -> tuple[float, float]:
    """The least and greatest rate that a curve may use: its two rates, but a ramp starts below, a decay may go to 0."""
    peak = values["eta_max"]
    floor = 0.0 if values.get("shrinks") == "bounds" else values.get("eta_min", 0.0)
    return min(floor, peak, peak / max(1, values.get("Tw", 1))), max(values.get("eta_min", 0.0), peak)


def by_rule(family: Family, values: dict[str, Any]) -> np.ndarray:
    return np.array([family.rule(t, **values) for t in range(values["T"])])


# The seed page


def test_the_cosine_is_the_seed_pages_loop_for_every_short_run_and_warmup() -> None:
    for T in range(1, 40):
        for Tw in range(45):
            lr = schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=1.0, eta_min=0.1)
            np.testing.assert_allclose(lr, seed_loop(T, Tw, 1.0, 0.1), rtol=1e-12, err_msg=f"T={T}, Tw={Tw}")


@settings(max_examples=60)
@given(
    T=st.integers(1, 20_000),
    share=st.floats(0, 1.2),
    eta_max=st.floats(1e-6, 10),
    ratio=st.sampled_from([0.0, 0.01, 0.1, 1.0, 30.0]),
)
def test_the_cosine_is_the_seed_pages_loop_for_long_runs(T: int, share: float, eta_max: float, ratio: float) -> None:
    Tw, eta_min = round(share * T), eta_max * ratio
    lr = schedules.curve("warmup_cosine", T=T, Tw=Tw, eta_max=eta_max, eta_min=eta_min)
    atol = rounding({"eta_max": eta_max, "eta_min": eta_min}) if ratio in (0.0, 30.0) else 0
    np.testing.assert_allclose(lr, seed_loop(T, Tw, eta_max, eta_min), rtol=1e-12, atol=atol)


def test_the_seed_pages_run_gives_the_seed_pages_numbers() -> None:
    lr = schedules.curve("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5)
    assert lr.shape == (10_000,)
    assert lr.dtype == np.float64
    assert lr[[0, 500, -1]].tolist() == pytest.approx([6e-7, 3e-4, 3e-5], rel=1e-12)
    assert lr.mean() == pytest.approx(1.64265e-4, rel=1e-12)


def test_the_seed_pages_run_is_the_default() -> None:
    np.testing.assert_array_equal(
        schedules.curve("warmup_cosine"),
        schedules.curve("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5),
    )


def test_the_floor_is_no_floor_of_the_warmup() -> None:
    lr = schedules.curve("warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5)
    np.testing.assert_array_equal(np.flatnonzero(lr < 3e-5 * (1 - 1e-12)), np.arange(49))


# Every family


@every_family
@given(data=st.data())
def test_rates_are_finite_and_within_what_the_family_may_reach(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr = schedules.curve(key, **values)
    low, high = bounds_of(values)
    assert lr.shape == (values["T"],)
    assert np.isfinite(lr).all()
    assert lr.min() >= 0
    assert lr.min() >= low - rounding(values)
    assert lr.max() <= high + rounding(values)


@every_family
@settings(max_examples=40)
@given(data=st.data())
def test_a_curve_is_its_rule_at_each_step(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key], longest=200))
    np.testing.assert_allclose(
        schedules.curve(key, **values), by_rule(FAMILIES[key], values), rtol=1e-12, atol=rounding(values)
    )


@every_family
@settings(max_examples=40)
@given(data=st.data())
def test_steps_may_come_in_any_order_and_shape(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key], longest=200))
    lr = schedules.curve(key, **values)
    steps = np.array(data.draw(st.lists(st.integers(0, 250), min_size=1, max_size=40)))
    expected = lr[np.minimum(steps, values["T"] - 1)]
    table = np.stack([steps, steps[::-1]])
    tolerance = {"rtol": 1e-12, "atol": rounding(values)}
    np.testing.assert_allclose(FAMILIES[key].function(steps, **values), expected, **tolerance)
    np.testing.assert_allclose(FAMILIES[key].function(steps.tolist(), **values), expected, **tolerance)
    np.testing.assert_allclose(
        FAMILIES[key].function(table, **values), np.stack([expected, expected[::-1]]), **tolerance
    )
    np.testing.assert_allclose([FAMILIES[key].function(int(t), **values) for t in steps], expected, **tolerance)


@every_family
def test_one_step_gives_a_float_and_no_steps_give_none(key: str) -> None:
    assert type(FAMILIES[key].function(3)) is float
    assert type(FAMILIES[key].function(np.int64(3))) is float
    assert FAMILIES[key].function([]).shape == (0,)
    assert FAMILIES[key].function(np.empty((0, 3))).shape == (0, 3)
    if FAMILIES[key].has("Tw"):
        assert FAMILIES[key].function([], Tw=0).shape == (0,)


@every_family
def test_every_kind_of_number_will_do_as_a_step(key: str) -> None:
    function = FAMILIES[key].function
    expected = function([0, 7, 120])
    for kind in (np.int8, np.uint8, np.int16, np.int32, np.uint64, np.float16, np.float32, np.float64):
        np.testing.assert_array_equal(FAMILIES[key].function(np.array([0, 7, 120], dtype=kind)), expected)


@every_family
@given(data=st.data())
def test_after_the_run_the_last_rate_holds(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    T = values["T"]
    last = schedules.curve(key, **values)[-1]
    beyond = FAMILIES[key].function([T - 1, T, T + 1, 10 * T, 2**62], **values)
    np.testing.assert_allclose(beyond, np.full(5, last), rtol=1e-12, atol=rounding(values))


@every_family
def test_the_longest_run_is_drawn(key: str) -> None:
    T = 1_000_000
    family = FAMILIES[key]
    span = {spec.name: T // 20 for spec in family.params if spec.span}
    lr = schedules.curve(key, T=T, **span)
    low, high = bounds_of({**family.validate({}), **span})
    assert lr.shape == (T,)
    assert np.isfinite(lr).all()
    assert low - 1e-15 <= lr.min() <= lr.max() <= high + 1e-15
    steps = np.array([0, 1, T // 20 - 1, T // 20, T // 2, T - 2, T - 1])
    expected = [family.rule(int(t), **{**family.validate({"T": T}), **span}) for t in steps]
    np.testing.assert_allclose(lr[steps], expected, rtol=1e-12)


@every_family
def test_a_run_of_one_update_is_drawn(key: str) -> None:
    lr = schedules.curve(key, T=1, **({"Tw": 0} if FAMILIES[key].has("Tw") else {}))
    assert lr.shape == (1,)
    assert lr[0] >= 0


@every_family
def test_a_curve_jumps_only_where_its_events_say_so(key: str) -> None:
    lr = schedules.curve(key)
    jumps = 1 + np.flatnonzero(np.abs(np.diff(lr)) > 0.05 * lr.max())
    told = {event.step for event in schedules.events(key) if event.kind in ("restart", "drop")}
    assert set(jumps.tolist()) <= told


# The warmup


@ramped
@given(data=st.data())
def test_the_warmup_rises_strictly_from_a_share_of_the_peak_to_the_peak(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr, Tw, peak = schedules.curve(key, **values), values["Tw"], values["eta_max"]
    ramp = lr[:Tw]
    if ramp.size:
        assert ramp[0] == pytest.approx(peak / Tw, rel=1e-12)
        assert (np.diff(ramp) > 0).all()
        assert ramp[-1] == pytest.approx(peak * ramp.size / Tw, rel=1e-12)


@ramped
@given(data=st.data())
def test_what_follows_the_warmup_starts_at_the_peak(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr, Tw, peak = schedules.curve(key, **values), values["Tw"], values["eta_max"]
    if Tw < lr.size:
        # The inverse square root is at the peak with update Tw − 1 and goes on from there.
        first = peak * math.sqrt(max(1, Tw) / (Tw + 1)) if key == "inverse_sqrt" else peak
        assert lr[Tw] == pytest.approx(first, rel=1e-12, abs=rounding(values))


@ramped
def test_a_warmup_longer_than_the_run_never_ends(key: str) -> None:
    lr = schedules.curve(key, T=10, Tw=15, eta_max=1.0)
    np.testing.assert_allclose(lr, np.arange(1, 11) / 15, rtol=1e-12)


# Decays


@pytest.mark.parametrize(
    "key", ["constant", "warmup_cosine", "warmup_linear", "inverse_sqrt", "step", "exponential", "polynomial", "wsd"]
)
@given(data=st.data())
def test_a_decay_never_turns(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    moves = np.diff(schedules.curve(key, **values)[values["Tw"] :])
    upside_down = values.get("eta_min", 0.0) > values["eta_max"]
    assert (-moves if upside_down else moves).max(initial=0.0) <= rounding(values)


@pytest.mark.parametrize("key", ["warmup_cosine", "warmup_linear"])
@given(data=st.data())
def test_the_last_update_uses_the_floor_exactly(key: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[key]))
    lr = schedules.curve(key, **values)
    if values["T"] - values["Tw"] >= 2:
        assert lr[-1] == pytest.approx(values["eta_min"], rel=1e-12, abs=rounding(values))
    elif values["Tw"] == values["T"] - 1:
        assert lr[-1] == pytest.approx(values["eta_max"], rel=1e-12, abs=rounding(values))


@pytest.mark.parametrize(("key", "shape"), [("polynomial", {}), *(("wsd", {"decay": d}) for d in ("linear", "cosine"))])
def test_a_decay_towards_the_end_of_the_run_stops_one_step_short_of_the_floor(key: str, shape: dict[str, str]) -> None:
    lr = schedules.curve(key, T=100, Tw=0, eta_max=1.0, eta_min=0.1, **shape)
    u = 1 - 1 / (100 if key == "polynomial" else 20)
    left = {"polynomial": (1 - u) ** 2, "linear": 1 - u, "cosine": (1 + math.cos(math.pi * u)) / 2}
    assert lr[-1] == pytest.approx(0.1 + 0.9 * left[shape.get("decay", key)], rel=1e-12)
    assert lr[-1] > 0.1


def test_the_inverse_square_root_halves_when_the_count_of_updates_quadruples() -> None:
    lr = schedules.curve("inverse_sqrt", T=10_000, Tw=100, eta_max=1.0)
    n = np.arange(100, 2_500)
    np.testing.assert_allclose(lr[4 * n - 1], lr[n - 1] / 2, rtol=1e-12)
    without = schedules.curve("inverse_sqrt", T=100, Tw=0, eta_max=1.0)
    np.testing.assert_allclose(without, 1 / np.sqrt(np.arange(1, 101)), rtol=1e-12)


def test_step_decay_drops_by_gamma_after_every_so_many_updates() -> None:
    lr = schedules.curve("step", T=35, Tw=5, eta_max=1.0, gamma=0.1, drop_every=10)
    np.testing.assert_allclose(lr[5:], np.repeat([1.0, 0.1, 0.01], 10), rtol=1e-12)


def test_exponential_decay_multiplies_by_gamma_at_each_update() -> None:
    lr = schedules.curve("exponential", T=300, Tw=20, eta_max=2.0, gamma=0.98)
    np.testing.assert_allclose(lr[21:] / lr[20:-1], 0.98, rtol=1e-12)


def test_a_polynomial_of_power_one_is_a_straight_line_and_of_power_zero_stays_at_the_peak() -> None:
    straight = schedules.curve("polynomial", T=50, Tw=10, eta_max=1.0, eta_min=0.2, power=1.0)
    np.testing.assert_allclose(np.diff(straight[10:]), -0.8 / 40, rtol=1e-10)
    assert (schedules.curve("polynomial", T=50, Tw=10, eta_max=1.0, eta_min=0.2, power=0.0)[9:] == 1).all()


# Warm restarts


def exact_restarts(T: int, Tw: int, cycle_length: int, restart_mult: str) -> list[int]:
    """Restarts by exact fractions of the multiplier as it is written: the first update at or after each real start."""
    start, length, mult = Fraction(0), Fraction(cycle_length), Fraction(restart_mult)
    steps = []
    while (step := Tw + math.ceil(start + length)) < T:
        steps.append(step)
        start += length
        length *= mult
    return steps


@settings(max_examples=400)
@given(
    T=st.integers(1, 3_000) | st.integers(1, 1_000_000),
    Tw=st.integers(0, 400),
    cycle_length=st.integers(1, 60) | st.integers(1, 5_000),
    hundredths=st.integers(101, 400) | st.sampled_from([120, 150, 300, 1_000, 10_000]),
)
@example(T=500_000, Tw=0, cycle_length=50, hundredths=120)
@example(T=6_100, Tw=0, cycle_length=50, hundredths=300)
@example(T=1_200, Tw=0, cycle_length=10, hundredths=1_000)
def test_restarts_fall_where_exact_fractions_put_them(T: int, Tw: int, cycle_length: int, hundredths: int) -> None:
    found = schedules.restarts("sgdr", T=T, Tw=Tw, cycle_length=cycle_length, restart_mult=hundredths / 100)
    assert found.tolist() == exact_restarts(T, Tw, cycle_length, f"{hundredths}/100")


@given(T=st.integers(1, 5_000), Tw=st.integers(0, 50), cycle_length=st.integers(1, 500))
def test_cycles_of_equal_length_restart_at_its_multiples(T: int, Tw: int, cycle_length: int) -> None:
    found = schedules.restarts("sgdr", T=T, Tw=Tw, cycle_length=cycle_length, restart_mult=1.0)
    assert found.tolist() == list(range(Tw + cycle_length, T, cycle_length))


@given(data=st.data())
def test_whole_cycles_start_at_the_peak_and_never_use_the_floor(data: st.DataObject) -> None:
    length, mult = data.draw(st.integers(1, 50)), data.draw(st.sampled_from([1, 2, 3, 5]))
    Tw, T = data.draw(st.integers(0, 30)), data.draw(st.integers(1, 2_000))
    params = {"T": T, "Tw": Tw, "eta_max": 1.0, "eta_min": 0.25, "cycle_length": length, "restart_mult": float(mult)}
    lr = schedules.curve("sgdr", **params)
    restarts = schedules.restarts("sgdr", **params)
    assert (lr[restarts] == 1).all()
    assert (lr[Tw:] > 0.25).all()
    for start, stop in zip([Tw, *restarts], [*restarts, T], strict=True):
        assert (np.diff(lr[start:stop]) < 0).all()


def test_a_cycle_ends_one_step_short_of_the_floor() -> None:
    lr = schedules.curve("sgdr", T=70, Tw=0, eta_max=1.0, eta_min=0.0, cycle_length=10, restart_mult=2.0)
    ends = [0.5 * (1 + math.cos(math.pi * (n - 1) / n)) for n in (10, 20, 40)]
    np.testing.assert_allclose(lr[[9, 29, 69]], ends, rtol=1e-12)


def test_a_real_multiplier_may_miss_the_peak_at_a_restart() -> None:
    params = {"T": 100, "Tw": 0, "eta_max": 1.0, "eta_min": 0.01, "cycle_length": 10, "restart_mult": 1.5}
    assert schedules.restarts("sgdr", **params).tolist() == [10, 25, 48, 82]
    assert schedules.curve("sgdr", **params)[48] == pytest.approx(0.01 + 0.495 * (1 + math.cos(math.pi * 0.5 / 33.75)))


# Triangles


@pytest.mark.parametrize("cycle_length", [2, 7, 10, 101])
def test_triangles_repeat(cycle_length: int) -> None:
    lr = schedules.curve("triangular", T=10 * cycle_length, eta_max=0.6, eta_min=0.1, cycle_length=cycle_length)
    np.testing.assert_allclose(lr[cycle_length:], lr[:-cycle_length], rtol=1e-11)
    assert lr[0] == 0.1


@pytest.mark.parametrize("key", TRIANGLES)
def test_triangles_follow_the_papers_own_lines(key: str) -> None:
    base, top, s, gamma = 0.001, 0.006, 25, 0.995
    lr = schedules.curve(
        key, T=400, eta_max=top, eta_min=base, cycle_length=2 * s, **({"gamma": gamma} if key == "exp_range" else {})
    )
    for t in range(400):
        cycle = math.floor(1 + t / (2 * s))
        height = (top - base) * max(0, 1 - abs(t / s - 2 * cycle + 1))
        scale = {"triangular": 1, "triangular2": 1 / 2 ** (cycle - 1), "exp_range": gamma**t}[key]
        assert lr[t] == pytest.approx(base + height * scale, rel=1e-12)


def test_the_second_kind_of_triangle_halves_its_height_each_time() -> None:
    lr = schedules.curve("triangular2", T=500, eta_max=1.0, eta_min=0.2, cycle_length=100)
    np.testing.assert_allclose(lr[50::100] - 0.2, 0.8 / 2.0 ** np.arange(5), rtol=1e-12)


def test_the_two_readings_of_the_shrinking_triangle_differ_as_the_paper_and_the_code_do() -> None:
    params = {"T": 400, "eta_max": 0.006, "eta_min": 0.001, "cycle_length": 50, "gamma": 0.995}
    code = schedules.curve("exp_range", shrinks="amplitude", **params)
    paper = schedules.curve("exp_range", shrinks="bounds", **params)
    np.testing.assert_allclose(code - paper, 0.001 * (1 - 0.995 ** np.arange(400)), rtol=1e-9)
    np.testing.assert_allclose(paper[50::50], 0.001 * 0.995 ** np.arange(50, 400, 50), rtol=1e-12)
    assert np.abs(code - paper).max() == pytest.approx(8.65e-4, abs=1e-5)


# One cycle


def test_one_cycle_peaks_at_the_end_of_its_rising_share() -> None:
    lr = schedules.curve("one_cycle", T=1_000, eta_max=1.0, pct_start=0.3, div_factor=25.0, final_div_factor=1e4)
    assert lr[[0, 299, 999]].tolist() == pytest.approx([1 / 25, 1.0, 1 / 25e4], rel=1e-12)
    assert int(lr.argmax()) == 299
    assert (np.diff(lr[:300]) > 0).all()
    assert (np.diff(lr[299:]) < 0).all()


@given(data=st.data())
def test_one_cycle_rises_to_the_whole_step_next_to_its_peak_and_falls_to_the_end(data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES["one_cycle"]))
    lr = schedules.curve("one_cycle", **values)
    top = values["pct_start"] * values["T"] - 1
    assert lr[-1] == pytest.approx(values["eta_max"] / values["div_factor"] / values["final_div_factor"], rel=1e-12)
    assert (np.diff(lr[: max(0, math.floor(top)) + 1]) >= -rounding(values)).all()
    assert (np.diff(lr[max(0, math.ceil(top)) :]) <= rounding(values)).all()


def test_a_peak_between_two_steps_is_never_used() -> None:
    lr = schedules.curve("one_cycle", T=50, eta_max=1.0, pct_start=0.25)
    assert lr.max() == pytest.approx(0.99956, abs=5e-6)


# Warmup, stable, decay


@pytest.mark.parametrize("decay", ["linear", "cosine", "1-sqrt"])
@given(data=st.data())
def test_the_stable_part_stays_at_the_peak_until_the_cooldown(decay: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES["wsd"], decay=decay))
    T, Tw = values["T"], values["Tw"]
    start = max(Tw, T - round(values["cooldown"] * T))
    lr = schedules.curve("wsd", **values)
    assert (lr[Tw:start] == values["eta_max"]).all()
    if start < T:
        assert lr[start] == pytest.approx(values["eta_max"], rel=1e-12, abs=rounding(values))


def test_the_square_root_cooldown_starts_with_a_plunge() -> None:
    lr = schedules.curve("wsd", T=400, Tw=0, eta_max=1.0, eta_min=0.0, cooldown=0.2, decay="1-sqrt")
    assert lr[[319, 320]].tolist() == [1.0, 1.0]
    assert lr[321] == pytest.approx(1 - math.sqrt(1 / 80), rel=1e-12)


# The range test


@pytest.mark.parametrize("sweep", ["linear", "exponential"])
@given(data=st.data())
def test_the_range_test_sweeps_from_the_floor_to_exactly_the_peak(sweep: str, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES["range_test"], sweep=sweep))
    lr = schedules.curve("range_test", **values)
    assert lr[0] == values["eta_min"]
    if lr.size > 1:
        assert lr[-1] == values["eta_max"]
    if 0 < values["eta_min"] < values["eta_max"]:
        assert (np.diff(lr) >= -rounding(values)).all()


def test_equal_steps_of_the_rate_or_of_its_logarithm() -> None:
    params = {"T": 101, "eta_max": 1.0, "eta_min": 1e-4}
    linear = schedules.curve("range_test", sweep="linear", **params)
    np.testing.assert_allclose(np.diff(linear), (1 - 1e-4) / 100, rtol=1e-10)
    exponential = schedules.curve("range_test", sweep="exponential", **params)
    np.testing.assert_allclose(exponential[1:] / exponential[:-1], 10**0.04, rtol=1e-12)


# What a family says of itself


@every_family
def test_a_family_explains_itself_and_each_of_its_parameters(key: str) -> None:
    family = FAMILIES[key]
    assert family.title
    assert family.summary.endswith(".")
    assert family.scope.endswith(".")
    assert set(family.sources) <= set(schedules.SOURCES)
    for spec in family.params:
        assert spec.doc.endswith(".")
        assert spec.label
        assert spec.symbol or spec.kind == "choice"
        assert spec.validate(spec.default) == spec.default
        assert not spec.reach or spec.bounds[0] <= spec.reach[0] < spec.reach[1] <= spec.bounds[1]
        assert spec.span is None or FAMILIES[key].has(spec.span)


def test_a_parameter_means_the_same_in_every_family() -> None:
    seen: dict[str, tuple[object, ...]] = {}
    for family in FAMILIES.values():
        for spec in family.params:
            meaning = (spec.label, spec.symbol, spec.kind, spec.bounds)
            assert seen.setdefault(spec.name, meaning) == meaning


def test_two_families_that_say_the_same_draw_the_same() -> None:
    shared = {"T": 300, "Tw": 30, "eta_max": 1.0}
    constant = schedules.curve("constant", **shared)
    np.testing.assert_array_equal(schedules.curve("exponential", gamma=1.0, **shared), constant)
    np.testing.assert_array_equal(schedules.curve("step", gamma=1.0, drop_every=7, **shared), constant)
    np.testing.assert_array_equal(schedules.curve("wsd", cooldown=0.0, **shared), constant)
    np.testing.assert_allclose(
        schedules.curve("sgdr", cycle_length=270, eta_min=0.1, **shared),
        schedules.curve("wsd", cooldown=0.9, decay="cosine", eta_min=0.1, **shared),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        schedules.curve("polynomial", power=1.0, eta_min=0.1, **shared),
        schedules.curve("wsd", cooldown=1.0, decay="linear", eta_min=0.1, **shared),
        rtol=1e-12,
    )
