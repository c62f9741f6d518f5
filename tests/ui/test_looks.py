"""Sizes, colours and preferences, told by measures and text."""

import pytest
from playwright.sync_api import Page, expect

from ui.lab_page import LAPTOP, PHONE, PROJECTOR, READY, SLIDERS, LabPage, OpenLab, eventually, same

pytestmark = pytest.mark.browser

RICH = (
    "family=sgdr&T=200&Tw=20&eta_max=0.05&eta_min=0.001&cycle_length=30&axis=log&unknown=1&Tw=abc"
    "&pin=step,T:100,Tw:10,gamma:0.25&pin=one_cycle,T:150,pct_start:0.4&pin=wsd,T:100&pin=exponential,T:180,gamma:0.99"
)
# The colour in a corner of the plot's canvas, as [red, green, blue, alpha].
GROUND = """() => {
  const find = (root) => root.querySelector("canvas")
    ?? [...root.querySelectorAll("*")].filter((n) => n.shadowRoot).map((n) => find(n.shadowRoot)).find(Boolean)
  const canvas = find(document.querySelector("figure.plot"))
  const copy = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
  const pixel = copy.getContext("2d", {willReadFrequently: true})
  pixel.drawImage(canvas, 3, 3, 1, 1, 0, 0, 1, 1)
  return Array.from(pixel.getImageData(0, 0, 1, 1).data)
}"""
# Text that does not fit into its own box, and controls that lie over one another.
COVERED = """() => {
  const boxes = []
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.matches("select, button, input:not([type=radio]), label, legend, p, th, td, li > span")) {
        const box = node.getBoundingClientRect()
        const shown = box.width > 1 && box.height > 1 && node.checkVisibility()
        if (shown && !node.closest(".unseen") && !node.matches(".skip")) boxes.push([node, box])
      }
      if (node.shadowRoot) walk(node.shadowRoot)
    }
  }
  walk(document.body)
  const name = (node) => `${node.localName} ${(node.innerText || node.id || node.ariaLabel || "").slice(0, 30)}`
  const found = []
  boxes.forEach(([a, p], index) => {
    for (const [b, q] of boxes.slice(index + 1)) {
      if (a.contains(b) || b.contains(a)) continue
      const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left)
      const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top)
      if (wide > 1 && high > 1) found.push(`${name(a)} lies over ${name(b)}`)
    }
    // What is broader than the page has a place of its own to scroll in.
    const cut = (p.left < -1 || p.right > innerWidth + 1) && !a.closest(".scroll, .sections")
    if (cut) found.push(`${name(a)} is cut off at the side`)
  })
  return found
}"""


def sideways(page: Page) -> int:
    """Return by how many pixels the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_nothing_is_cut_off_or_covered(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit()
    for query in ("", RICH):
        if query:
            lab.page.goto(f"{lab.origin}/app?{query}")
            lab.ready()
        for size in (PHONE, LAPTOP, PROJECTOR):
            with subtests.test(width=size["width"], query=query[:11]):
                lab.page.set_viewport_size(size)
                eventually(lambda: same(sideways(lab.page), 0), lab.page)
                eventually(lambda: same(lab.page.evaluate(COVERED), []), lab.page)
                assert lab.page.locator(".tabs button").evaluate_all(
                    "(tabs) => tabs.every((tab) => tab.scrollWidth <= tab.clientWidth)"
                )


def test_plot_and_all_six_sliders_are_in_view_at_once(lab: LabPage) -> None:
    for size in (LAPTOP, PROJECTOR):
        lab.page.set_viewport_size(size)
        for item in (lab.plot, *(lab.slider(name) for name in SLIDERS)):
            box = item.bounding_box()
            assert box
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= size["height"]


def test_the_stage_has_no_gaps_where_the_controls_are_longer_than_it(visit: OpenLab) -> None:
    lab = visit("family=one_cycle")
    for width in (900, 1180, 1280, 1366):
        lab.page.set_viewport_size({"width": width, "height": 768})
        plot, playhead = lab.plot.bounding_box(), lab.page.locator(".playing").bounding_box()
        assert plot
        assert playhead
        assert 0 <= playhead["y"] - plot["y"] - plot["height"] < 40


def test_a_notice_stands_on_the_first_screen(visit: OpenLab) -> None:
    lab = visit("T=1e99")
    expect(lab.page.get_by_text("Run length T: 1e99 became")).to_be_in_viewport(ratio=1)
    lab.page.set_viewport_size(PHONE)
    expect(lab.page.get_by_text("Run length T: 1e99 became")).to_be_in_viewport(ratio=1)


def test_the_plot_is_in_view_beside_a_lesson(visit: OpenLab) -> None:
    lab = visit("section=storyboard&scene=3")
    for width in (900, 1024, 1180, 1366):
        lab.page.set_viewport_size({"width": width, "height": 768})
        expect(lab.page.locator("figure.plot > .canvas")).to_be_in_viewport(ratio=1)
        assert lab.page.evaluate("document.querySelector('.top').offsetHeight") < 120


def test_a_link_to_a_scene_shows_it_on_a_phone(visit: OpenLab) -> None:
    lab = visit("section=storyboard&scene=3", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    expect(lab.page.get_by_role("heading", name="Scene 4 of 8")).to_be_in_viewport()


def test_a_typed_number_that_is_not_possible_says_so_beside_it(visit: OpenLab) -> None:
    lab = visit(viewport=PHONE)
    lab.type_exactly("T", "5e9")
    said = lab.page.locator("#control-T-hint")
    expect(said).to_have_text("5e9 is not possible here: the nearest is 1000000.")
    lab.slider("T").press("Home")
    expect(said).not_to_contain_text("not possible")


def test_an_exercise_and_its_commit_are_in_view(visit: OpenLab) -> None:
    lab = visit(None)
    lab.page.goto(f"{lab.origin}/app?exercise=E9&exercise_seed=3")
    lab.page.wait_for_function(READY)
    for width, height in ((900, 700), (1024, 768), (1280, 720), (1366, 768)):
        lab.page.set_viewport_size({"width": width, "height": height})
        expect(lab.button("Commit")).to_be_in_viewport(ratio=1)
    expect(lab.page.locator("p.ask")).to_be_in_viewport(ratio=1)
    nudge = lab.page.get_by_role("button", name="nudge")
    for count in (1, 2):
        nudge.press("Enter")
        expect(lab.page.locator(".nudges li")).to_have_count(count)
        box, commit = nudge.bounding_box(), lab.page.locator(".commit").bounding_box()
        assert box
        assert commit
        assert box["y"] + box["height"] <= commit["y"] + 1
    lab.page.set_viewport_size({"width": 390, "height": 844})
    expect(lab.page.locator("p.ask")).to_be_in_viewport(ratio=0.5)


def test_a_range_test_that_is_started_is_brought_into_view_and_has_the_focus(lab: LabPage) -> None:
    lab.button("Start a range test").press("Enter")
    switch = lab.page.get_by_role("radio", name="exponential")
    expect(switch).to_be_focused()
    for part in (lab.slider("Base rate marker"), lab.page.locator("#sweep .canvas"), lab.page.locator("#sweep-title")):
        expect(part).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_plot_stays_in_view_while_the_controls_move(visit: OpenLab) -> None:
    lab = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    for name in SLIDERS:
        lab.slider(name).evaluate("(node) => node.scrollIntoView({block: 'end'})")
        plot, control = lab.plot.bounding_box(), lab.slider(name).bounding_box()
        assert plot
        assert control
        assert plot["y"] >= 0
        assert plot["y"] + plot["height"] <= PHONE["height"]
        assert control["y"] >= plot["y"] + plot["height"]
    lab.slider("eta_max").focus()
    lab.slider("eta_max").press("ArrowRight")
    lab.draws("warmup_cosine", eta_max=3.1e-4)


def test_on_a_phone_what_has_the_focus_is_not_behind_the_plot(visit: OpenLab) -> None:
    lab = visit(viewport=PHONE)
    lab.button("Reset").focus()
    behind = []
    for _ in range(10):
        lab.page.keyboard.press("Shift+Tab")
        lab.page.wait_for_timeout(50)
        top, bottom, what = lab.page.evaluate("""() => {
          let node = document.activeElement
          while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
          const {top, bottom} = node.getBoundingClientRect()
          return [top, bottom, node.ariaLabel ?? node.labels?.[0]?.innerText ?? node.innerText]
        }""")
        plot = lab.plot.bounding_box()
        assert plot
        if top < plot["y"] + plot["height"] - 1 and bottom > plot["y"] + 1:
            behind.append(what)
    assert behind == []


def test_zoom_needs_no_sideways_scroll_and_leaves_room_for_the_controls(
    visit: OpenLab, subtests: pytest.Subtests
) -> None:
    lab = visit(RICH, device_scale_factor=2)
    for zoom in (2, 4):
        with subtests.test(zoom=zoom):
            lab.page.set_viewport_size({"width": 1366 // zoom, "height": 768 // zoom})
            eventually(lambda: same(sideways(lab.page), 0), lab.page)
            for name in SLIDERS:
                lab.slider(name).evaluate("(node) => node.scrollIntoView({block: 'end'})")
                plot, control = lab.plot.bounding_box(), lab.slider(name).bounding_box()
                assert plot
                assert control
                assert control["y"] >= plot["y"] + plot["height"] or control["x"] >= plot["x"] + plot["width"]


def test_page_and_plot_are_dark_by_preference_or_by_button_and_remember_it(visit: OpenLab) -> None:
    lab = visit(color_scheme="dark")
    eventually(lambda: _dark(lab), lab.page)
    lab.page.emulate_media(color_scheme="light")
    eventually(lambda: _light(lab), lab.page)
    lab.page.get_by_role("button", name="Switch between light and dark").click()
    eventually(lambda: _dark(lab), lab.page)
    lab.page.reload()
    lab.ready()
    eventually(lambda: _dark(lab), lab.page)
    lab.page.get_by_role("button", name="Switch between light and dark").click()
    eventually(lambda: _light(lab), lab.page)


def test_other_preferences_do_no_harm(visit: OpenLab) -> None:
    lab = visit(reduced_motion="reduce", forced_colors="active", color_scheme="dark")
    lab.slider("eta_max").press("ArrowRight")
    lab.shows("warmup_cosine", eta_max=3.1e-4)
    lab.page.emulate_media(forced_colors="none", reduced_motion="no-preference", contrast="more")
    lab.slider("eta_max").press("ArrowRight")
    lab.shows("warmup_cosine", eta_max=3.2e-4)
    expect(lab.table).to_be_visible()


def _brightness(lab: LabPage) -> tuple[float, float, float]:
    """Return how bright the plot's ground, the page's and its text are, 0 to 255."""
    ground = lab.page.evaluate(GROUND)
    page, text = lab.page.evaluate(
        "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    return sum(ground[:3]) / 3 if ground[3] else -1.0, _mean(page), _mean(text)


def _mean(colour: str) -> float:
    return sum(float(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]) / 3


def _dark(lab: LabPage) -> None:
    plot, page, text = _brightness(lab)
    assert 0 <= plot < 50
    assert page < 50
    assert text > 200


def _light(lab: LabPage) -> None:
    plot, page, text = _brightness(lab)
    assert plot > 230
    assert page > 230
    assert text < 60
