"""A walk with hands: keys and clicks at random on whatever can be used, on all tabs, in one page of a real browser.

`SCHEDULE_LAB_SEED` in the environment gives the seed, `SCHEDULE_LAB_ACTS` how many acts; a failure names both.
"""

import os
import random
import re
import time
from urllib.parse import parse_qsl

import numpy as np
from playwright.sync_api import ElementHandle, Error, Page, expect

import schedules
from app.link import decode, parse
from app.model import Lab
from benchmarks.report import say
from ui.lab_page import LabPage, OpenLab, eventually

ACTS = int(os.environ.get("SCHEDULE_LAB_ACTS", "150"))
SECONDS = 30.0 if "SCHEDULE_LAB_ACTS" not in os.environ else 3_600.0
SEED = int(os.environ.get("SCHEDULE_LAB_SEED", "1"))
LOOK_EVERY = 25  # acts
USABLE = "button, input, select, summary, textarea, [role=tab], [role=gridcell], a[href^='#']"
LEAVES = re.compile(r"^(?:Save|Export|Import|Download|Print|Present|Share|Full)|CSV|PNG|SVG")  # they open more
BAD = re.compile(r"(?<![\w\"'.])(?:NaN|undefined|\[object \w+\])(?![\w\"'(])")
TEXTS = ("0", "1", "-1", "1e-3", "250", "3e-4", "abc", "", "1e999", "The ramp counts its updates.", "<b>x</b>")
KEYS = ("ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End", "Enter", " ", "Tab", "Control+z")

# Whatever can be used now is numbered, in the document and in all shadow roots; the walk draws one of the numbers.
FIND = """(usable) => {
  const found = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot)
      if (!node.matches(usable) || node.disabled || node.ariaDisabled === "true" || !node.checkVisibility()) continue
      const name = node.ariaLabel ?? node.labels?.[0]?.innerText ?? node.innerText ?? ""
      found.push([node.localName, node.type ?? "", name.trim().slice(0, 60), node])
    }
  }
  walk(document)
  window.walked = found.map((each) => each[3])
  return found.map((each) => each.slice(0, 3))
}"""
# Everything that is written on the page, but for code, which may speak of NaN.
WRITTEN = """() => {
  const texts = []
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data)
    for (const name of ["aria-label", "aria-valuetext", "title", "alt"]) texts.push(node.getAttribute?.(name) ?? "")
    if (node.shadowRoot) walk(node.shadowRoot)
    if (!["SCRIPT", "STYLE", "CODE", "PRE", "TEXTAREA"].includes(node.tagName)) node.childNodes.forEach(walk)
  }
  walk(document.body)
  return texts.join("\\n")
}"""


def test_whatever_hands_do_in_whatever_order_the_page_stays_true(visit: OpenLab) -> None:
    lab = visit("T=300&Tw=30", permissions=["clipboard-read", "clipboard-write"])
    draw, done, end = random.Random(SEED), [], time.monotonic() + SECONDS
    try:
        for number in range(ACTS):
            if time.monotonic() > end:
                break
            done.append(act(lab, draw))
            if number % LOOK_EVERY == LOOK_EVERY - 1:
                looks_sound(lab)
        looks_sound(lab)
        agrees(lab)
    except Exception as failure:
        told = "\n".join(done[-12:])
        raise AssertionError(f"SCHEDULE_LAB_SEED={SEED}, act {len(done)}; done last:\n{told}") from failure
    assert len(done) >= min(ACTS, 40)
    say(f"\n{len(done)} acts, seed {SEED}")


def act(lab: LabPage, draw: random.Random) -> str:
    """Do one thing that can be done, and return what."""
    page = lab.page
    if draw.random() < 0.15:
        tab = draw.choice([each for each in page.get_by_role("tab").all() if each.is_visible()])
        tab.click()
        return f"tab {tab.inner_text()}"
    found = [(at, *each) for at, each in enumerate(page.evaluate(FIND, USABLE))]
    at, kind, sort, name = draw.choice([each for each in found if each[2] != "file" and not LEAVES.match(each[3])])
    node = page.evaluate_handle("(at) => window.walked[at]", at).as_element()
    assert node is not None
    try:
        return f"{use(page, node, kind, sort, draw)} ({kind} {name})"
    except Error as gone:  # what was there has moved on, as it may under a real hand
        if not re.search("Timeout|not attached|not visible", str(gone)):
            raise
        return f"missed ({kind} {name})"


def use(page: Page, node: ElementHandle, kind: str, sort: str, draw: random.Random) -> str:
    """Use a control as hands would, and return how."""
    if kind == "select":
        options = node.evaluate("(node) => [...node.options].filter((o) => !o.disabled).map((o) => o.value)")
        node.select_option(value := draw.choice(options), timeout=1_000)
        return f"choose {value}"
    if kind == "textarea" or sort in ("text", "number", "search"):
        node.evaluate("(node) => { node.focus(); node.select() }")
        page.keyboard.insert_text(value := draw.choice(TEXTS))
        page.keyboard.press(draw.choice(("Enter", "Tab")))
        return f"type {value!r}"
    if sort == "range" or draw.random() < 0.3:
        node.evaluate("(node) => node.focus()")
        keys = [draw.choice(KEYS) for _ in range(draw.choice((1, 1, 5)))]
        for key in keys:
            page.keyboard.press(key)
        return f"press {', '.join(keys)}"
    node.click(timeout=1_000, force=sort in ("radio", "checkbox"))
    return "click"


def looks_sound(lab: LabPage) -> None:
    """Assert that nothing reads NaN and the like, and that nothing was complained of."""
    found = BAD.search(lab.page.evaluate(WRITTEN))
    assert not found, found and lab.page.evaluate(WRITTEN)[max(0, found.start() - 80) : found.end() + 40]
    assert lab.problems == []
    assert lab.dialogs == []


def agrees(lab: LabPage) -> None:
    """Assert that engine, plot and figures agree with what the address says, once a question no longer covers it."""
    page = lab.page
    page.keyboard.press("Escape")
    tab = page.get_by_role("tab", name="Practice")
    if tab.is_visible():
        tab.click()
    back = page.get_by_role("button", name="← All exercises", exact=True)
    if back.is_visible():
        back.click()
        expect(back).to_be_hidden()
    if page.locator("figcaption li", has_text="The curve stays as it was").count():
        lab.choose("constant")  # values in conflict draw nothing; an address does not say what was drawn before

    def check() -> None:
        query = page.url.partition("?")[2]
        assert parse_qsl(query)
        state, notices = decode(parse(query), Lab())
        assert notices == []
        opened = Lab()
        opened.restore(state, [])
        lr = schedules.curve(opened.live.family, **dict(opened.live.values))
        steps, rates = lab.data()
        assert (steps[0], steps[-1]) == (0, lr.size - 1)
        np.testing.assert_allclose(rates, lr[steps], rtol=1e-12, atol=0)
        rows = [tuple(row) for row in schedules.key_value_rows(opened.run)]
        shown = [tuple(row) for row in page.evaluate(ROWS)]
        assert shown == rows

    eventually(check, page)


# The table may be on a tab that is closed: its component says what it holds.
ROWS = """() => [...Bokeh.documents[0]._all_models.values()]
  .map((model) => model.data?.key_values).find((rows) => rows !== undefined)"""
