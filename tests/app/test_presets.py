"""Worked starting points: legal, and what each says of itself is so."""

import re

import numpy as np
import pytest

from app.model import Lab
from app.presets import PRESETS
from schedules import FAMILIES

BY_KEY = {preset.key: preset for preset in PRESETS}
every_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)


@every_preset
def test_an_example_is_a_whole_legal_curve(preset) -> None:
    family = FAMILIES[preset.case.family]
    assert [name for name, _value in preset.case.values] == [spec.name for spec in family.params]
    assert tuple(family.validate(dict(preset.case.values)).items()) == preset.case.values


@every_preset
def test_an_example_on_the_stage_is_the_curve_it_says(preset) -> None:
    lab = Lab()
    lab.assign({"family": "wsd", "T": 3, "Tw": 3, "eta_min": 0.5})
    lab.show(preset.case)
    assert (lab.live, lab.error, lab.notices) == (preset.case, "", [])


@every_preset
def test_an_example_lies_where_the_sliders_reach(preset) -> None:
    family = FAMILIES[preset.case.family]
    for spec in family.params:
        if spec.kind != "choice":
            low, high = spec.slider
            value = dict(preset.case.values)[spec.name]
            assert low <= value <= high or value == 0 == spec.bounds[0]


def test_no_two_examples_share_a_key_a_title_or_a_curve() -> None:
    for part in ("key", "title", "case", "why"):
        assert len({getattr(preset, part) for preset in PRESETS}) == len(PRESETS)


@every_preset
def test_an_example_says_why_in_a_sentence(preset) -> None:
    assert re.fullmatch(r"[A-Z0-9].{10,150}[.?]", preset.why)
    assert 3 < len(preset.title) < 60


def test_the_first_example_is_the_fresh_page() -> None:
    assert PRESETS[0].case == Lab().case


def test_the_pages_own_run_is_as_told() -> None:
    run = BY_KEY["seed"].case.run()
    assert (run.lr.size, run.values["Tw"], run.lr[-1]) == (10_000, 500, pytest.approx(run.lr.max() / 10))
    assert "10,000 updates, 500 of them warmup, down to a tenth of the peak" in BY_KEY["seed"].why


def test_the_short_run_uses_its_peak_twice() -> None:
    run = BY_KEY["short"].case.run()
    assert run.lr.size == 200
    np.testing.assert_allclose(np.flatnonzero(run.lr >= run.lr.max() * (1 - 1e-12)), [19, 20])


def test_sgdr_restarts_where_it_says() -> None:
    preset = BY_KEY["sgdr"]
    run = preset.case.run()
    told = [int(step) for step in re.findall(r"\d+", preset.why.partition("restarts at")[2])]
    assert run.key_values.restarts.tolist() == told == [10, 30, 70, 150]
    assert run.lr[[0, *told]] == pytest.approx(np.full(5, 0.05))


def test_smiths_triangle_swings_between_his_rates() -> None:
    run = BY_KEY["cifar10"].case.run()
    assert run.lr[[0, 2_000, 4_000, 6_000, 8_000, 10_000]] == pytest.approx([0.001, 0.006] * 3)
    assert (run.lr.min(), run.lr.max()) == pytest.approx((0.001, 0.006))
    assert run.lr.size % 4_000 == 0


def test_the_range_test_runs_from_nothing_to_its_end_over_eight_epochs() -> None:
    run = BY_KEY["range"].case.run()
    assert (run.lr[0], run.lr[-1], run.lr.size) == (0.0, 0.02, 8 * 500)
    assert (np.diff(run.lr) > 0).all()


def test_the_endless_warmup_ends_before_the_peak() -> None:
    case = BY_KEY["endless_warmup"].case
    run = case.run()
    assert run.values["Tw"] > run.lr.size
    assert run.lr[-1] == run.lr.max() < run.values["eta_max"]
    assert [stretch.phase.name for stretch in run.stretches] == ["warmup"]


def test_the_run_that_ends_at_its_peak_does() -> None:
    run = BY_KEY["ends_at_peak"].case.run()
    assert run.values["Tw"] == run.lr.size - 1
    assert run.lr[-1] == run.lr.max() == run.values["eta_max"]
    assert run.stretches[-1].start == run.lr.size - 1
