"""What a first visitor finds."""

from collections import Counter

import pytest
from playwright.sync_api import expect

import schedules
from ui.lab_page import SEED, SLIDERS, LabPage

pytestmark = pytest.mark.browser


def test_every_control_has_its_role_and_name_and_the_seed_pages_value(lab: LabPage) -> None:
    values = {**SEED, "cycle_length": 2_000, "restart_mult": 2}
    for name in SLIDERS:
        expect(lab.slider(name)).to_be_visible()
        expect(lab.exact(name)).to_be_visible()
        assert float(lab.exact(name).input_value()) == values[name]
    expect(lab.family).to_have_value("warmup_cosine")
    titles = [family.title for family in schedules.FAMILIES.values()]
    assert lab.family.locator("option").all_inner_texts() == titles
    for control in ("Reset", "Undo", "Redo", "Pin this curve", "Copy link"):
        expect(lab.button(control)).to_be_visible()

    for name, label in SLIDERS.items():  # what is written on a control is its accessible name
        assert lab.slider(name).evaluate("(node) => node.labels[0].innerText.replace(/\\s+/g, ' ').trim()") == label


def test_curve_and_key_values_are_those_of_the_seed_page(lab: LabPage) -> None:
    lab.shows("warmup_cosine", **SEED)
    columns = "() => Object.keys(Bokeh.documents[0].get_model_by_name('schedule_data').data)"
    assert lab.page.evaluate(columns) == ["step", "lr"]
    assert lab.rows() == [
        ("First rate", "6e-7"),
        ("Rate at Tw", "3e-4"),
        ("Last rate", "3e-5"),
        ("Average rate", "1.64265e-4"),
        ("Sum of rates", "1.64265"),
        ("Restarts", "0"),
    ]
    lab.page.wait_for_timeout(400)
    assert lab.query == []  # an untouched page keeps its short address


def test_models_are_found_by_names_that_no_two_share(lab: LabPage) -> None:
    named = lab.page.evaluate(
        "() => [...Bokeh.documents[0]._all_models.values()].filter((m) => m.name).map((m) => [m.name, m.type])"
    )
    counts = Counter(name for name, _ in named)
    assert [entry for entry in named if counts[entry[0]] > 1] == []
    assert lab.page.evaluate("() => Bokeh.documents[0].get_model_by_name('schedule').type") == "Figure"


def test_the_steps_that_matter_are_a_table_under_a_fold(lab: LabPage) -> None:
    lab.page.get_by_text("Show the plots as a table").click()
    table = lab.page.get_by_role("table", name="Steps that matter")
    expect(table).to_be_visible()
    rows = [row.locator("th, td").all_inner_texts() for row in table.locator("tbody tr").all()]
    lr = schedules.curve("warmup_cosine", **SEED)
    *rows, over = rows
    assert over[:2] == ["10,000", "the run is over"]
    for update, _, rate, *_ in rows:
        assert float(rate) == pytest.approx(lr[int(update.replace(",", ""))], rel=1e-5)
    assert {(update, what) for update, what, *_ in rows} >= {("0", "first update"), ("9,999", "last update")}
    assert [int(update.replace(",", "")) for update, *_ in rows] == sorted(
        int(update.replace(",", "")) for update, *_ in rows
    )
