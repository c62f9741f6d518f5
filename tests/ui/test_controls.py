"""Sliders and exact numbers, by keyboard and by pointer."""

import math

import pytest
from playwright.sync_api import expect

from ui.lab_page import SLIDERS, LabPage, eventually, same

pytestmark = pytest.mark.browser

SGDR = {"T": 10_000, "Tw": 500, "eta_max": 3e-4, "eta_min": 3e-5, "cycle_length": 2_000, "restart_mult": 2.0}
# For each slider what a key makes of the value above.
KEYS = {
    "T": {"ArrowRight": 11_000, "ArrowLeft": 9_900, "PageUp": 20_000, "PageDown": 9_000, "Home": 1, "End": 1_000_000},
    "Tw": {"ArrowRight": 550, "ArrowLeft": 450, "PageUp": 1_000, "PageDown": 0, "Home": 0, "End": 10_000},
    "eta_max": {"ArrowRight": 3.1e-4, "ArrowLeft": 2.9e-4, "PageUp": 4e-4, "PageDown": 2e-4, "Home": 1e-6, "End": 10},
    "eta_min": {"ArrowRight": 3.1e-5, "ArrowLeft": 2.9e-5, "PageUp": 4e-5, "PageDown": 2e-5, "Home": 0, "End": 10},
    "cycle_length": {
        "ArrowRight": 2_100,
        "ArrowUp": 2_100,
        "PageUp": 3_000,
        "PageDown": 1_000,
        "Home": 1,
        "End": 10_000,
    },
    "restart_mult": {"ArrowRight": 2.05, "ArrowDown": 1.95, "PageUp": 2.5, "PageDown": 1.5, "Home": 1, "End": 4},
}


def test_sliders_follow_the_keys(lab: LabPage, subtests: pytest.Subtests) -> None:
    lab.choose("sgdr")
    lab.draws("sgdr", **SGDR)
    for name, keys in KEYS.items():
        for key, value in keys.items():
            with subtests.test(slider=name, key=key):
                lab.type_exactly(name, str(SGDR[name]))
                lab.slider(name).press(key)
                assert float(lab.exact(name).input_value()) == pytest.approx(value, rel=1e-12)
                lab.draws("sgdr", **{**SGDR, name: value})
        lab.type_exactly(name, str(SGDR[name]))
        lab.shows("sgdr", **SGDR)  # with the server's word: other sliders end where this one says


def test_a_slider_follows_the_pointer(lab: LabPage, subtests: pytest.Subtests) -> None:
    lab.choose("sgdr")
    lab.draws("sgdr", **SGDR)
    shares = {
        "T": lambda share: 10 ** (6 * share),
        "Tw": lambda share: 10_000 * share,
        "eta_max": lambda share: 10 ** (-6 + 7 * share),
        "cycle_length": lambda share: 10 ** (4 * share),
        "restart_mult": lambda share: 1 + 3 * share,
    }
    values = dict(SGDR)
    for name in reversed(shares):  # T last, for others end where it says
        with subtests.test(slider=name):
            lab.slider(name).scroll_into_view_if_needed()
            box = lab.slider(name).bounding_box()
            assert box
            high = float(lab.slider(name).get_attribute("max") or 0)
            thumb = 28.0
            middle = box["y"] + box["height"] / 2
            place = float(lab.slider(name).input_value()) / high
            lab.page.mouse.move(box["x"] + thumb / 2 + place * (box["width"] - thumb), middle)
            lab.page.mouse.down()
            for share in (0.3, 0.5, 0.7, 0.6):
                lab.page.mouse.move(box["x"] + thumb / 2 + share * (box["width"] - thumb), middle, steps=3)
            lab.page.mouse.up()
            value = float(lab.exact(name).input_value())
            if name in ("Tw", "restart_mult"):
                assert value == pytest.approx(shares[name](0.6), rel=0.03)
            else:  # the least whole numbers are few, so that they take less of a slider than their share of decades
                assert math.log10(value) == pytest.approx(math.log10(shares[name](0.6)), abs=0.6)
            values[name] = value if isinstance(SGDR[name], float) else int(value)
            lab.draws("sgdr", **values)


def test_exact_numbers_take_what_is_typed(lab: LabPage) -> None:
    lab.choose("sgdr")
    typed = {"T": 12_345, "Tw": 678, "eta_max": 0.0123, "eta_min": 4.5e-7, "cycle_length": 1_234, "restart_mult": 1.37}
    for name, value in typed.items():
        lab.type_exactly(name, f"{value:g}" if isinstance(value, float) else str(value))
    lab.shows("sgdr", **typed)
    for name, value in typed.items():
        assert float(lab.exact(name).input_value()) == value
    assert lab.notices == []


def test_arrows_in_an_exact_number_move_by_sensible_steps(lab: LabPage) -> None:
    field = lab.exact("eta_max")
    for key, value in (("ArrowUp", 3.1e-4), ("ArrowUp", 3.2e-4), ("ArrowDown", 3.1e-4)):
        field.press(key)
        assert float(field.input_value()) == pytest.approx(value, rel=1e-12)
        lab.draws("warmup_cosine", eta_max=value)
    for key, value in (("ArrowUp", 3.2e-4), ("ArrowDown", 3.1e-4)):  # from between two positions to the neighbour
        lab.type_exactly("eta_max", "3.14e-4")
        lab.draws("warmup_cosine", eta_max=3.14e-4)
        field.press(key)
        assert float(field.input_value()) == pytest.approx(value, rel=1e-12)
        lab.draws("warmup_cosine", eta_max=value)


def test_what_is_being_typed_is_not_overwritten_by_the_answer_to_an_earlier_change(lab: LabPage) -> None:
    lab.choose("sgdr")
    lab.draws("sgdr")
    before, next_ = lab.exact("T").element_handle(), lab.exact("cycle_length").element_handle()
    lab.page.evaluate(
        """([before, next]) => {
          before.value = "4321"
          before.dispatchEvent(new Event("change"))
          next.focus()
          next.value = "34"
        }""",
        [before, next_],
    )
    lab.draws("sgdr", T=4_321)
    lab.page.wait_for_timeout(100)
    assert lab.exact("cycle_length").input_value() == "34"
    lab.page.keyboard.press("End")
    lab.page.keyboard.type("5")
    lab.page.keyboard.press("Enter")
    lab.draws("sgdr", T=4_321, cycle_length=345)


def test_an_arrow_right_after_a_typed_number_starts_from_that_number(lab: LabPage) -> None:
    lab.type_exactly("eta_max", "0.1")
    lab.exact("eta_max").press("ArrowUp")
    lab.draws("warmup_cosine", eta_max=0.11)


def test_an_exact_number_shows_all_its_digits(lab: LabPage) -> None:
    lab.type_exactly("eta_max", "0.01234567890123457")
    lab.draws("warmup_cosine", eta_max=0.01234567890123457)
    eventually(lambda: same(dict(lab.query).get("eta_max"), "0.01234567890123457"), lab.page)
    lab.page.reload()
    lab.ready()
    assert float(lab.exact("eta_max").input_value()) == 0.01234567890123457


def test_an_exact_number_that_is_none_is_put_back_with_a_hint(lab: LabPage, subtests: pytest.Subtests) -> None:
    field = lab.exact("eta_max")
    for text in ("", "e", "-"):
        with subtests.test(text=text):
            field.focus()
            field.press("Control+A")
            field.press("Delete")
            lab.page.keyboard.type(text)
            field.press("Tab")
            expect(field).to_have_value("3e-4")
            assert "number" in lab.described(field)
            lab.draws("warmup_cosine")
            lab.slider("eta_max").press("ArrowRight")
            lab.draws("warmup_cosine", eta_max=3.1e-4)
            eventually(lambda: same(lab.described(field), ""), lab.page)
            lab.slider("eta_max").press("ArrowLeft")
            lab.draws("warmup_cosine")
    field.fill("77")
    field.press("Escape")
    expect(field).to_have_value("3e-4")
    field.press("Tab")
    lab.draws("warmup_cosine")


def test_beyond_what_is_legal_the_nearest_legal_value_is_taken_and_told(
    lab: LabPage, subtests: pytest.Subtests
) -> None:
    for name, text, nearest in (
        ("T", "5e9", 1_000_000),
        ("T", "6e9", 1_000_000),  # where it stands already
        ("T", "0", 1),
        ("T", "1000.6", 1_001),
        ("Tw", "-5", 0),
        ("eta_max", "0", 1e-12),
        ("eta_max", "1e300", 1_000.0),
        ("eta_min", "-1", 0.0),
    ):
        with subtests.test(name=name, text=text):
            lab.type_exactly(name, text)

            def told(name: str = name, nearest: float = nearest) -> None:
                assert len(lab.notices) == 1
                assert lab.notices[0].startswith(f"{SLIDERS[name]}: ")
                assert float(lab.exact(name).input_value()) == nearest

            eventually(told, lab.page)
            lab.draws("warmup_cosine", **{name: nearest})
            lab.button("Reset").click()
            lab.draws("warmup_cosine")
            eventually(lambda: same(lab.notices, []), lab.page)
            lab.type_exactly("T", "1000000" if name == "T" and text == "5e9" else "10000")
            lab.draws("warmup_cosine", T=1_000_000 if name == "T" and text == "5e9" else 10_000)


def test_sliders_say_their_values_in_words(lab: LabPage) -> None:
    said = {name: lab.slider(name).get_attribute("aria-valuetext") for name in SLIDERS}
    assert said == {
        "T": "10,000 updates",
        "Tw": "500 updates, 5 percent of the run",
        "eta_max": "3e-4, 0.75 times the edge",
        "eta_min": "3e-5, 10 percent of the peak",
        "cycle_length": "2,000 updates, 20 percent of the run",
        "restart_mult": "2 times the cycle before",
    }
    lab.slider("Tw").press("End")
    lab.draws("warmup_cosine", Tw=10_000)
    expect(lab.slider("Tw")).to_have_attribute("aria-valuetext", "10,000 updates, 100 percent of the run")
