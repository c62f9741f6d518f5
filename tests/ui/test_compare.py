"""Examples, reset, undo, and curves pinned for comparison."""

import pytest
from playwright.sync_api import expect

from app.model import MAX_PINS
from app.presets import PRESETS
from ui.lab_page import LabPage, eventually, same

pytestmark = pytest.mark.browser


def test_each_example_shows_its_case(lab: LabPage, subtests: pytest.Subtests) -> None:
    for preset in PRESETS:
        with subtests.test(example=preset.key):
            lab.start_from(preset.title)
            lab.shows(preset.case.family, **dict(preset.case.values))
            expect(lab.family).to_have_value(preset.case.family)
            said = [f"{preset.title}. {preset.why}"]
            eventually(lambda said=said: same(lab.notices, said), lab.page)  # the first example changes nothing else


def test_undo_takes_back_a_number_an_example_and_a_reset(lab: LabPage) -> None:
    expect(lab.button("Undo")).to_be_disabled()
    lab.type_exactly("eta_max", "0.002")
    lab.draws("warmup_cosine", eta_max=0.002)
    lab.start_from("SGDR with doubling cycles")
    lab.draws("sgdr", T=200, Tw=0, eta_max=0.05, eta_min=0.0, cycle_length=10, restart_mult=2.0)
    expect(lab.button("Undo")).to_be_enabled()
    lab.button("Undo").click()
    lab.shows("warmup_cosine", eta_max=0.002)
    expect(lab.exact("eta_max")).to_have_value("0.002")
    lab.button("Reset").click()
    lab.shows("warmup_cosine")
    expect(lab.exact("eta_max")).to_have_value("3e-4")
    lab.button("Undo").click()
    lab.shows("warmup_cosine", eta_max=0.002)
    lab.button("Undo").click()
    lab.shows("warmup_cosine")
    expect(lab.button("Undo")).to_be_disabled()
    lab.button("Redo").click()
    lab.shows("warmup_cosine", eta_max=0.002)


def test_reset_returns_to_the_start_in_every_part(lab: LabPage) -> None:
    start = lab.controls()
    lab.choose("step")
    lab.type_exactly("Decay factor gamma", "0.3")
    lab.type_exactly("T", "500")
    lab.page.locator("label", has_text="log").click()
    lab.button("Pin this curve").click()
    lab.draws("step", T=500, gamma=0.3)
    lab.button("Reset").click()
    lab.shows("warmup_cosine")
    eventually(lambda: same(lab.controls(), start), lab.page)
    eventually(lambda: same(lab.data("pin_1_data")[0].size, 0), lab.page)
    lab.choose("step")
    lab.draws("step")


def test_clicks_in_two_groups_of_controls_count_in_their_order(lab: LabPage) -> None:
    lab.page.evaluate(
        """([log, pin, reset]) => { log.click(); pin.click(); reset.click() }""",
        [
            lab.page.get_by_label("log").element_handle(),
            lab.button("Pin this curve").element_handle(),
            lab.button("Reset").element_handle(),
        ],
    )
    expect(lab.button("Undo")).to_be_enabled()
    lab.quiet()
    assert lab.data("pin_1_data")[0].size == 0


def test_a_pinned_curve_stays_and_the_legend_names_what_differs(lab: LabPage) -> None:
    assert lab.legend == []
    lab.button("Pin this curve").click()
    lab.draws("warmup_cosine", name="pin_1_data")
    lab.button("Pin this curve").click()
    eventually(lambda: same(lab.notices, ["This curve is pinned already."]), lab.page)
    assert lab.data("pin_2_data")[0].size == 0
    lab.type_exactly("eta_max", "0.002")
    lab.draws("warmup_cosine", eta_max=0.002)
    lab.draws("warmup_cosine", name="pin_1_data")
    eventually(lambda: same(lab.legend, ["Live: eta_max 0.002", "eta_max 3e-4"]), lab.page)
    lab.type_exactly("Tw", "40")
    eventually(lambda: same(lab.legend, ["Live: Tw 40, eta_max 0.002", "Tw 500, eta_max 3e-4"]), lab.page)
    lab.choose("sgdr")
    eventually(lambda: _contains(lab.legend[0], "Cosine with warm restarts (SGDR)"), lab.page)
    assert "Warmup, then cosine" in lab.legend[1]
    lab.draws("warmup_cosine", name="pin_1_data")
    curves = lab.page.get_by_role("list", name="Curves on the plot")
    curves.get_by_role("button", name="Show Warmup, then cosine").click()
    lab.shows("warmup_cosine")
    lab.page.get_by_role("button", name="Remove").click()
    eventually(lambda: same(lab.data("pin_1_data")[0].size, 0), lab.page)
    expect(curves).to_be_hidden()
    lab.button("Undo").click()
    lab.draws("warmup_cosine", name="pin_1_data")


def test_a_fifth_pin_is_refused_and_says_so(lab: LabPage) -> None:
    for pin in range(1, MAX_PINS + 1):
        lab.type_exactly("T", str(1_000 * pin))
        lab.draws("warmup_cosine", T=1_000 * pin)
        lab.button("Pin this curve").click()
        lab.draws("warmup_cosine", name=f"pin_{pin}_data", T=1_000 * pin)
    lab.type_exactly("T", "7777")
    lab.draws("warmup_cosine", T=7_777)
    lab.button("Pin this curve").click()
    eventually(lambda: same(len(lab.notices), 1), lab.page)
    assert "4 curves are pinned" in lab.notices[0]
    for pin in range(1, MAX_PINS + 1):
        lab.draws("warmup_cosine", name=f"pin_{pin}_data", T=1_000 * pin)
    assert lab.legend == ["Live: T 7,777", "T 1,000", "T 2,000", "T 3,000", "T 4,000"]


def test_a_pin_that_only_has_another_name_is_not_spoken_of(lab: LabPage) -> None:
    lab.button("Pin this curve").click()
    eventually(lambda: _contains(lab.status.text_content() or "", "Pinned: Warmup, then cosine."), lab.page)
    lab.slider("eta_max").press("ArrowRight")  # now it is "eta_max 3e-4"
    eventually(lambda: _contains(lab.status.text_content() or "", "3.1e-4"), lab.page)
    assert "inned" not in (lab.status.text_content() or "")
    lab.page.get_by_role("button", name="Remove eta_max 3e-4").click()
    eventually(lambda: _contains(lab.status.text_content() or "", "No longer pinned; none left."), lab.page)


def test_the_keyboard_stays_where_it_is_when_a_pin_is_removed(lab: LabPage) -> None:
    for T in (1_000, 2_000):
        lab.type_exactly("T", str(T))
        lab.draws("warmup_cosine", T=T)
        lab.button("Pin this curve").click()
    lab.page.get_by_role("button", name="Remove T 1,000").focus()
    lab.page.keyboard.press("Enter")
    eventually(lambda: same(lab.data("pin_2_data")[0].size, 0), lab.page)
    lab.page.keyboard.press("Tab")
    focused = """() => {
      let node = document.activeElement
      while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
      return node.closest("section")?.className ?? node.tagName
    }"""
    assert lab.page.evaluate(focused) != "BODY"


def _contains(text: str, part: str) -> None:
    assert part in text
