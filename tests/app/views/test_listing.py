"""The live curve as code: what it says is what the engine gives."""

import contextlib
import io
from typing import Any

import pytest

import schedules
from app.lesson.programs import engine_code
from app.model import Case, Lab
from app.presets import PRESETS
from app.views.listing import ENGINE, LANGUAGES, Listing


def opened(target: str = ENGINE) -> tuple[Lab, Listing]:
    lab = Lab()
    listing = Listing(lab)
    lab.param.watch(lambda _event: listing.refresh(), "revision")
    listing.param.update(open=True, target=target)
    return lab, listing


def printed(code: str) -> list[float]:
    """Run code and return the numbers that it prints."""
    rule, call = code.split("\n\n\nimport schedules")
    compile(rule, "rule", "exec")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec("import schedules" + call, {})
    return [float(word) for line in out.getvalue().splitlines() for word in line.partition(": ")[2].split()]


@pytest.mark.parametrize("family", schedules.FAMILIES)
def test_the_engines_listing_is_its_source_and_prints_the_rates_of_the_curve(family: str) -> None:
    run = schedules.run(family)
    code = engine_code(run)
    assert f"def {family}(" in code
    lr = schedules.curve(family)
    Tw = run.values.get("Tw")
    expected = [lr[0], *([lr[Tw]] if Tw is not None else []), lr[-1], lr.mean()]
    assert printed(code) == pytest.approx(expected, rel=1e-12)


def test_the_seed_pages_own_run_prints_its_four_numbers() -> None:
    lab, listing = opened()
    lab.show(PRESETS[0].case)
    assert printed(listing.code) == pytest.approx([6e-7, 3e-4, 3e-5, 1.64265e-4], rel=1e-5)
    assert dict(map(tuple, listing.output))["Average rate"] == "1.64265e-4"


@pytest.mark.parametrize("target", schedules.TARGETS)
def test_a_framework_gets_what_export_code_writes_and_follows_the_state(target: str) -> None:
    lab, listing = opened(target)
    for case in (preset.case for preset in PRESETS[:3]):
        lab.show(case)
        values: dict[str, Any] = dict(lab.run.values)
        assert listing.code == schedules.export_code(target, case.family, **values)


def test_nothing_is_written_while_it_is_closed_or_a_prediction_is_open() -> None:
    lab = Lab()
    listing = Listing(lab)
    assert listing.code == ""
    listing.open = True
    assert listing.code
    lab.open("E1", 0)
    listing.refresh()
    assert (listing.code, listing.output) == ("", [])
    lab.open("", 0)
    listing.refresh()
    assert listing.code


def test_an_unknown_target_counts_as_the_engine() -> None:
    _lab, listing = opened("<script>")
    assert "schedules.curve" in listing.code
    assert set(LANGUAGES) == {ENGINE, *schedules.TARGETS}


def test_odd_but_legal_runs_have_a_listing() -> None:
    lab, listing = opened()
    lab.show(Case("warmup_cosine", (("T", 10), ("Tw", 20), ("eta_max", 1.0), ("eta_min", 0.0))))
    assert printed(listing.code)[0] == pytest.approx(0.05)
