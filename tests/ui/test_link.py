"""The address: it holds the state, brings it back, and nothing that it holds can harm the page."""

from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from ui.lab_page import LabPage, OpenLab, eventually, same

pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
DEEP = """(selector) => {
  const found = []
  const walk = (root) => {
    found.push(...root.querySelectorAll(selector))
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) walk(node.shadowRoot)
  }
  walk(document.body)
  return found.length
}"""
# Each query with the case that it should show and what a sentence about it should name; more of them are opened without
# a browser, in tests/app/test_link.py.
LINKS = {
    "huge values and none": (
        f"T={'9' * 350}&Tw=[]&eta_max=null&eta_min={'9' * 5000}&cycle_length=1e99",
        "warmup_cosine",
        {"T": 1_000_000},
        ["Run length T", "Tw=[]", "eta_max=null", "eta_min=", "Cycle length"],
    ),
    "broken escapes": ("T=%zz&%=%&eta_max=%ff%fe&Tw=100%", "warmup_cosine", {}, ["T=%zz", "eta_max=", "Tw=100%"]),
    "markup": (
        f"T={quote(MARKUP)}&family={quote(MARKUP)}&{quote(MARKUP)}=1"
        f"&pin={quote(MARKUP)}&pin=sgdr,Tw:{quote(MARKUP)}&pin=step,{quote(MARKUP)}:1",
        "warmup_cosine",
        {},
        ["T=<img src=x onerror=alert(1)><script>aler", "family=<img", "<img src=x", "pin=<img", "Tw=<img"],
    ),
    "parts in any order, and five pins": (
        "pct_start=0.45&div_factor=10&final_div_factor=1e3&family=one_cycle&T=2000&"
        + "&".join(f"pin=constant,T:{n}00" for n in range(1, 6)),
        "one_cycle",
        {"T": 2_000, "pct_start": 0.45, "div_factor": 10.0, "final_div_factor": 1e3},
        ["T:500", "no more than 4"],
    ),
}


def test_a_hostile_link_opens_the_nearest_legal_state_and_says_what_was_ignored(
    visit: OpenLab, subtests: pytest.Subtests
) -> None:
    lab = visit(None)
    for name, (query, family, params, told) in LINKS.items():
        with subtests.test(link=name):
            lab.open(query)
            lab.shows(family, **params)
            notices = "\n".join(lab.notices)
            assert [part for part in told if part not in notices] == []
            assert lab.page.evaluate(DEEP, "img, iframe, script[src=x], figcaption b, li img, li script") == 0
            lab.slider("eta_max").press("Home")
            lab.draws(family, **{**params, "eta_max": 1e-6})
            if "five pins" in name:
                for pin in range(1, 5):
                    lab.draws("constant", name=f"pin_{pin}_data", T=100 * pin)


def test_a_link_to_values_that_conflict_shows_the_family_it_names(visit: OpenLab) -> None:
    lab = visit("family=range_test&sweep=exponential&eta_min=0&T=1000&eta_max=0.1")
    expect(lab.family).to_have_value("range_test")
    assert lab.notices
    steps, rates = lab.data()
    assert steps[-1] == 999
    assert rates[-1] == pytest.approx(0.1)
    assert np.all(np.diff(rates) > 0)


def test_the_address_holds_the_state_by_the_names_of_the_design(lab: LabPage) -> None:
    before = lab.page.evaluate("history.length")
    lab.choose("sgdr")
    for name, text in {"T": "1000", "Tw": "0", "eta_max": "0.1", "eta_min": "0.001", "cycle_length": "100"}.items():
        lab.type_exactly(name, text)
    lab.draws("sgdr", T=1_000, Tw=0, eta_max=0.1, eta_min=0.001, cycle_length=100, restart_mult=2)
    for _ in range(5):
        lab.slider("eta_max").press("ArrowRight")
    for _ in range(5):
        lab.slider("eta_max").press("ArrowLeft")
    lab.draws("sgdr", T=1_000, Tw=0, eta_max=0.1, eta_min=0.001, cycle_length=100, restart_mult=2)
    whole = "family=sgdr&T=1000&Tw=0&eta_max=0.1&eta_min=0.001&cycle_length=100&restart_mult=2"
    eventually(lambda: same(lab.page.url, f"{lab.origin}/app?{whole}"), lab.page)
    assert lab.page.evaluate("history.length") == before


def test_a_link_restores_data_controls_and_pins(lab: LabPage, visit: OpenLab) -> None:
    lab.choose("step")
    lab.type_exactly("Decay factor gamma", "0.123456789")
    lab.button("Pin this curve").click()
    lab.draws("step", name="pin_1_data", gamma=0.123456789)
    lab.choose("exp_range")
    lab.page.get_by_label("What shrinks", exact=True).select_option("bounds")
    case: dict[str, object] = {"shrinks": "bounds"}
    for name, value in {"T": 4_321, "eta_max": 0.0123456789, "cycle_length": 345}.items():
        lab.type_exactly(name, str(value))
        case[name] = value
        lab.draws("exp_range", **case)
    lab.page.locator("label", has_text="log").click()
    lab.shows("exp_range", **case)
    eventually(lambda: same(dict(lab.query).get("axis"), "log"), lab.page)
    other = visit(lab.page.url.partition("?")[2])
    other.shows("exp_range", **case)
    assert other.controls() == lab.controls()
    assert other.notices == []
    for source in ("schedule_data", "pin_1_data"):
        for mine, theirs in zip(lab.data(source), other.data(source), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert other.legend == lab.legend
    other.choose("step")
    other.draws("step", T=4_321, eta_max=0.0123456789, gamma=0.123456789)


def test_going_back_to_another_address_brings_back_its_state(lab: LabPage) -> None:
    lab.page.goto(f"{lab.origin}/app?family=sgdr&T=1000&Tw=0")
    lab.ready().draws("sgdr", T=1_000, Tw=0)
    lab.type_exactly("cycle_length", "150")
    lab.draws("sgdr", T=1_000, Tw=0, cycle_length=150)
    lab.page.evaluate("location.href = '/app?family=step&T=2000'")
    lab.page.wait_for_url("**family=step**")
    lab.ready().draws("step", T=2_000)
    lab.page.go_back()
    lab.ready().shows("sgdr", T=1_000, Tw=0, cycle_length=150)
    expect(lab.family).to_have_value("sgdr")
    lab.page.go_forward()
    lab.ready().shows("step", T=2_000)


def test_going_back_within_the_page_brings_back_the_state(lab: LabPage) -> None:
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")  # the skip link: an entry of its own in the history
    lab.type_exactly("T", "2000")
    lab.draws("warmup_cosine", T=2_000)
    eventually(lambda: same(dict(lab.query).get("T"), "2000"), lab.page)
    lab.page.evaluate("history.back()")
    eventually(lambda: same(dict(lab.query).get("T", "10000"), "10000"), lab.page)
    lab.shows("warmup_cosine")
    lab.page.evaluate("history.forward()")
    lab.shows("warmup_cosine", T=2_000)


def test_the_copied_link_is_that_of_the_present_state(visit: OpenLab) -> None:
    lab = visit(permissions=["clipboard-read", "clipboard-write"])
    lab.type_exactly("T", "2345")
    lab.draws("warmup_cosine", T=2_345)
    lab.page.get_by_role("button", name="Copy link").click()  # at once, before the address has been written
    expect(lab.page.get_by_role("button", name="Link copied")).to_be_visible()
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert "T=2345" in copied
    assert copied.startswith(f"{lab.origin}/app?")
    expect(lab.page.get_by_role("button", name="Copy link")).to_be_visible()
