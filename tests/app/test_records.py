"""Files of numbers: every update of the curve, every recorded step of the runs, and what they say of themselves."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schedules
from app.link import decode, parse
from app.model import Lab
from app.records import ROWS, Csv, curve_csv, file_stem, runs_csv
from app.training import Trainer

PAGE = "https://lab.example/app"


def trained(lab: Lab) -> Trainer:
    """Return a trainer that has worked out all that the state asks for."""
    waiting: list[Any] = []
    trainer = Trainer(lab, waiting.append, lambda: None)
    trainer.refresh()
    while waiting:
        waiting.pop(0)()
    return trainer


def text_of(csv: Csv) -> str:
    return "".join(csv.part(number) for number in range(csv.parts))


def table(csv: Csv) -> Mapping[str, Any]:
    """Load a file as the header says one may."""
    found: Mapping[str, Any] = np.genfromtxt(io.StringIO(text_of(csv)), comments="#", delimiter=",", names=True)
    return found


def remarks(csv: Csv) -> list[str]:
    lines = text_of(csv).splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# ")]


def restored(csv: Csv) -> Lab:
    """Follow the link in a file."""
    (link,) = (line.removeprefix("link: ") for line in remarks(csv) if line.startswith("link: "))
    assert link.startswith(f"{PAGE}?")
    state, notices = decode(parse(link.partition("?")[2]), Lab())
    assert notices == []
    lab = Lab()
    lab.restore(state, [])
    return lab


@pytest.mark.parametrize("family", schedules.FAMILIES)
def test_the_curve_is_there_to_the_last_bit_with_its_parameters_and_its_link(family: str) -> None:
    lab = Lab()
    lab.assign({"family": family, "T": 257, "eta_max": 0.1 + 0.2})
    csv = curve_csv(lab, PAGE)
    loaded = table(csv)
    expected = schedules.curve(family, **lab.run.values)
    np.testing.assert_array_equal(loaded["lr"], expected)
    np.testing.assert_array_equal(loaded["step"], np.arange(257))
    said = remarks(csv)
    assert f"family: {family}" in said
    for name, value in lab.run.values.items():
        (line,) = (line for line in said if line.startswith(f"{name}: "))
        written = line.partition(": ")[2]
        assert written == value if isinstance(value, str) else float(written) == value
    np.testing.assert_array_equal(restored(csv).run.lr, expected)
    assert csv.name == f"schedule-lab-{family.replace('_', '-')}-T257.csv"


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_state_comes_back_from_its_file(labs: Any, data: st.DataObject) -> None:
    lab = data.draw(labs(300))
    csv = curve_csv(lab, PAGE)
    np.testing.assert_array_equal(np.atleast_1d(table(csv)["lr"]), lab.run.lr)
    if not lab.error:
        assert restored(csv).state == lab.state


def test_a_long_run_comes_in_parts_that_make_one_file() -> None:
    lab = Lab()
    lab.assign({"T": 2 * ROWS + 5})
    csv = curve_csv(lab, PAGE)
    assert csv.parts == 3
    assert csv.part(1).splitlines()[0] == f"{ROWS},{float(lab.run.lr[ROWS])!r}"
    assert not any(line.startswith("#") for number in (1, 2) for line in csv.part(number).splitlines())
    np.testing.assert_array_equal(table(csv)["lr"], lab.run.lr)


def test_the_link_of_a_file_opens_no_question() -> None:
    lab = Lab()
    lab.open("E1", 3)
    assert "exercise" not in text_of(curve_csv(lab, PAGE))


@pytest.mark.parametrize(
    "toy",
    [{}, {"noise": 0}, {"optimizer": "adam"}, {"problem": "logistic"}, {"problem": "logistic", "batch": "full"}],
    ids=["exact", "quiet", "averaged", "minibatch", "full"],
)
def test_the_runs_are_what_was_trained_live_and_pinned(toy: dict[str, Any]) -> None:
    lab = Lab()
    lab.assign({"T": 300, "Tw": 30, **toy})
    lab.pin()
    lab.pin("reverse")
    lab.assign({"family": "constant"})
    trainer = trained(lab)
    csv = runs_csv(lab, trainer, PAGE)
    assert csv is not None
    loaded = table(csv)
    cases = [lab.live, *lab.pins]
    assert set(loaded["curve"]) == {0, 1, 2}
    for number, case in enumerate(cases):
        found, lr = trainer.of(case), np.append(case.run().lr, np.nan)
        assert found is not None
        mine = loaded[(loaded["curve"] == number) & (loaded["run"] == 0)]
        np.testing.assert_array_equal(mine["step"], found.steps)
        np.testing.assert_array_equal(mine["lr"], lr[found.steps])
        np.testing.assert_array_equal(mine["loss"], found.loss)
        np.testing.assert_array_equal(mine["sd"], found.sd)
        for d in range(found.path.shape[1]):
            np.testing.assert_array_equal(mine[f"theta_{d + 1}"], found.path[:, d])
        singles = loaded[(loaded["curve"] == number) & (loaded["run"] > 0)]
        if found.runs is None:
            assert singles.size == 0
            continue
        for n, losses in enumerate(found.runs.loss[0], start=1):
            run = singles[singles["run"] == n]
            np.testing.assert_array_equal(run["step"], found.runs.steps)
            np.testing.assert_array_equal(run["loss"], losses)
            assert np.isnan(run["sd"]).all()
    said = remarks(csv)
    assert [line.partition(" (")[0] for line in said if line.startswith("curve ")] == ["curve 0", "curve 1", "curve 2"]
    assert restored(csv).pins == lab.pins


def test_runs_that_are_lost_are_written_as_they_are() -> None:
    lab = Lab()
    lab.assign({"family": "constant", "Tw": 0, "T": 2_000, "eta_max": 5e-3})
    csv = runs_csv(lab, trained(lab), PAGE)
    assert csv is not None
    assert np.isinf(table(csv)["loss"]).any()


def test_what_is_not_trained_is_said_or_left_out_altogether() -> None:
    lab = Lab()
    lab.assign({"optimizer": "adam", "T": 200, "Tw": 20})
    lab.pin()
    lab.assign({"T": 200_000})  # too long to be stepped unasked
    csv = runs_csv(lab, trained(lab), PAGE)
    assert csv is not None
    assert set(table(csv)["curve"]) == {1}
    assert any(line.startswith("curve 0 (live)") and "not trained" in line for line in remarks(csv))
    lab.unpin(0)
    assert runs_csv(lab, trained(lab), PAGE) is None


def test_no_field_can_be_a_formula() -> None:
    lab = Lab()
    lab.assign({"T": 50, "start_sharp": -1.0})
    csv = runs_csv(lab, trained(lab), PAGE)
    assert csv is not None
    for line in text_of(csv).splitlines()[1:]:
        if not line.startswith("# "):
            [float(field) for field in line.split(",")]
        else:
            assert "\r" not in line
    assert file_stem(lab).replace("-", "").isalnum()
