"""Presenter mode: read from the last row, run by a clicker, and out of the way of whoever types."""

from typing import Any

import pytest
from playwright.sync_api import expect

from ui.lab_page import LAPTOP, PHONE, PLAYHEAD, PROJECTOR, READY, LabPage, OpenLab, eventually, same
from ui.test_looks import COVERED, RICH, sideways

pytestmark = pytest.mark.browser

# Six sliders, two pinned curves, a playhead on the way: as full as the bar and the legend get in class.
FULL = "family=sgdr&T=1000&Tw=50&eta_max=0.0005&cycle_length=100&pin=step,T:1000&pin=wsd,T:1000&step=300"
# Heights of letters [pixels]: in figures as the views of the plots resolved them, on the page by its styles.
LETTERS = """() => {
  const plots = {}
  const walk = (view) => {
    if (view.model.type === "Figure" && view.el.checkVisibility()) {
      const axes = view.axis_views.map((axis) => [axis.visuals.major_label_text, axis.visuals.axis_label_text])
      const written = [...view.renderer_views.values()].filter((each) => each.glyph?.visuals?.text)
      plots[view.model.name] = [
        ...axes.flat().map((text) => text.font_value()),
        ...written.map((each) => each.glyph.visuals.text.font_value(0)),
      ]
    }
    for (const child of view.child_views ?? []) walk(child)
  }
  for (const root of Object.values(Bokeh.index.roots ?? Bokeh.index)) walk(root)
  const found = {}
  const look = (root) => {
    for (const node of root.querySelectorAll("p, li > span, button, select, label, input[type=number], dt")) {
      if (!node.checkVisibility() || !node.getBoundingClientRect().height || node.closest(".unseen")) continue
      const kind = node.matches("p.lead") ? "caption" : node.matches(".playhead .hint") ? "playhead"
        : node.matches("li > span") ? "legend" : node.matches("select, input[type=number]") ? "values" : "labels"
      ;(found[kind] ??= []).push(parseFloat(getComputedStyle(node).fontSize))
    }
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) look(node.shadowRoot)
  }
  look(document.body)
  return [plots, found]
}"""
# Widths of lines and sizes of markers in the plots that are seen [pixels].
STROKES = """(names, value = (spec) => spec.value ?? spec) => names
  .flatMap((name) => Bokeh.documents[0].get_model_by_name(name).renderers)
  .filter((each) => each.visible && Object.values(each.data_source.data)[0]?.length)
  .map(({glyph}) => glyph)
  .flatMap((glyph) => [
    ...(["Line", "Segment", "MultiLine"].includes(glyph.type) ? [["line", value(glyph.line_width)]] : []),
    ...(glyph.type === "Scatter" ? [["marker", value(glyph.size)]] : []),
  ])"""
SEEN = """() => ["schedule", "path", "loss", "range_test", "prediction"].filter((name) => {
  const find = (view) => view.model.name === name ? view
    : (view.child_views ?? []).map(find).find(Boolean)
  const view = Object.values(Bokeh.index.roots ?? Bokeh.index).map(find).find(Boolean)
  return view?.el.checkVisibility()
})"""
# Parts of the page that stand on one another.
OVERLAPS = """() => {
  const parts = ".plot > .canvas, .half > .canvas, .legend-root, .caption, .side, .playing, .presenting-root"
  const seen = [...document.querySelectorAll(parts)]
    .filter((node) => node.checkVisibility())
    .map((node) => [node.className, node.getBoundingClientRect()])
  return seen.flatMap(([one, a], index) => seen.slice(index + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1)
    .filter(([, b]) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
    .map(([other]) => [one, other]))
}"""


def scrolls(lab: LabPage) -> tuple[int, int]:
    """Return by how many pixels the page scrolls, sideways and down."""
    return sideways(lab.page), lab.page.evaluate("document.documentElement.scrollHeight - innerHeight")


def opened(lab: LabPage, query: str) -> LabPage:
    """Go to a page that presents, and wait until it is drawn."""
    lab.page.goto(f"{lab.origin}/app?{query}&present=1")
    lab.page.wait_for_function(READY)
    expect(lab.page.get_by_role("group", name="Presenter")).to_be_visible()
    return lab


def presents(lab: LabPage) -> bool:
    return lab.page.evaluate("'presenter' in document.documentElement.dataset")


def listen(lab: LabPage, *names: str) -> None:
    """Keep what is told to the document under these names."""
    lab.page.evaluate(
        """(names) => {
          window.told = []
          for (const name of names) document.addEventListener(name, ({detail}) => told.push([name, detail]))
        }""",
        list(names),
    )


def told(lab: LabPage) -> list[Any]:
    """Return what was told since last asked."""
    return lab.page.evaluate("told.splice(0)")


def test_everything_is_large_and_in_view_on_a_projector(visit: OpenLab) -> None:
    lab = visit(FULL, viewport=PROJECTOR)
    assert len(lab.page.evaluate(SEEN)) > 2
    lab.page.keyboard.press("p")
    eventually(lambda: same(dict(lab.query).get("present"), "1"), lab.page)
    eventually(lambda: same(scrolls(lab), (0, 0)), lab.page)
    for below in ("loss", "path"):
        lab.page.get_by_role("radio", name=below.title(), exact=True).check()
        eventually(lambda: same(lab.page.evaluate(SEEN), ["schedule", below]), lab.page)  # noqa: B023 - asked at once

        def fits() -> None:
            plots, page = lab.page.evaluate(LETTERS)
            assert plots.keys() == {"schedule", below}  # noqa: B023
            sizes = [float(font.split("px")[0].split()[-1]) for fonts in plots.values() for font in fonts]
            assert len(sizes) > 8
            assert min(sizes) >= 28
            assert page.keys() == {"caption", "legend", "values", "playhead", "labels"}
            least = {**dict.fromkeys(page, 40), "labels": 28}
            assert {kind: sizes for kind, sizes in page.items() if min(sizes) < least[kind]} == {}
            strokes = lab.page.evaluate(STROKES, list(plots))
            assert {"line", "marker"} <= {kind for kind, _size in strokes}
            assert [each for each in strokes if each[1] < {"line": 4, "marker": 14}[each[0]]] == []

        eventually(fits, lab.page)
        assert scrolls(lab) == (0, 0)
        assert lab.page.evaluate(COVERED) == []
    eventually(lambda: same(dict(lab.query).get("below"), "path"), lab.page)
    lab.slider("eta_max").press("ArrowRight")
    lab.draws("sgdr", T=1_000, Tw=50, eta_max=5.1e-4, cycle_length=100)
    lab.page.keyboard.press("Tab")  # into a number: the first Escape leaves that
    lab.page.keyboard.press("Escape")
    assert presents(lab)
    lab.page.keyboard.press("Escape")
    expect(lab.button("Present")).to_be_focused()
    eventually(lambda: same("present" in dict(lab.query), False), lab.page)
    eventually(lambda: same(len(lab.page.evaluate(SEEN)) > 2, True), lab.page)


def test_a_link_opens_presenter_mode_on_any_screen(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = opened(visit(None), RICH)
    for size in (LAPTOP, PHONE):
        for scheme in ("light", "dark"):
            with subtests.test(width=size["width"], scheme=scheme):
                lab.page.set_viewport_size(size)
                lab.page.emulate_media(color_scheme=scheme)
                ground = {"light": "rgb(255, 255, 255)", "dark": "rgb(0, 0, 0)"}[scheme]
                eventually(
                    lambda: same(lab.page.evaluate("getComputedStyle(document.body).backgroundColor"), ground),  # noqa: B023
                    lab.page,
                )
                eventually(lambda: same(sideways(lab.page), 0), lab.page)
                if size is LAPTOP:
                    eventually(lambda: same(scrolls(lab), (0, 0)), lab.page)
                assert lab.page.evaluate(SEEN) == ["schedule", "loss"]
                assert lab.page.evaluate(OVERLAPS) == []
    lab.page.get_by_role("button", name="Leave").click()
    eventually(lambda: same(presents(lab), False), lab.page)


def test_keys_run_the_lesson_and_stay_out_of_the_way_of_typing(lab: LabPage) -> None:
    listen(lab, "scene", "reveal")
    for key in ("PageDown", "r", "b", "q", "Space"):  # nothing but p and ? outside presenter mode
        lab.page.keyboard.press(key)
    assert told(lab) == []
    assert lab.page.locator("dialog[open]").count() == 0
    lab.exact("T").focus()
    lab.page.keyboard.type("5p")
    lab.page.keyboard.press("Escape")
    assert not presents(lab)
    lab.exact("T").evaluate("(node) => node.blur()")
    for with_ in ("Control", "Alt", "Meta", "Shift"):
        lab.page.keyboard.press(f"{with_}+p")
        assert not presents(lab)
    lab.page.keyboard.press("p")
    assert presents(lab)
    for key in ("PageDown", "PageDown", "PageUp"):
        lab.page.keyboard.press(key)
    assert told(lab) == [["scene", 1], ["scene", 1], ["scene", -1]]
    expect(lab.exact("T")).to_have_value("60")  # the first scene is on the stage
    expect(lab.slider(PLAYHEAD)).to_have_attribute("max", "60")
    # The playhead, by arrows and by Space; a slider keeps its own keys.
    for _ in range(3):
        lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("ArrowLeft")
    eventually(lambda: same(lab.slider(PLAYHEAD).input_value(), "2"), lab.page)
    lab.page.keyboard.press("Space")
    expect(lab.button("Pause")).to_be_visible()
    lab.page.keyboard.press("Space")
    expect(lab.button("Play")).to_be_visible()
    lab.slider("eta_max").focus()
    lab.page.keyboard.press("PageUp")
    lab.draws("constant", T=60, Tw=0, eta_max=4.6e-4)
    assert told(lab) == []
    lab.exact("T").focus()
    lab.page.keyboard.type("b. r?p")
    assert presents(lab)
    assert lab.page.locator("dialog[open]").count() == 0
    lab.page.keyboard.press("Escape")
    lab.slider("eta_max").click()  # after a pointer, keys are the presenter's again
    lab.page.keyboard.press("PageDown")
    assert told(lab) == [["scene", 1]]
    # Reveal asks first.
    lab.page.keyboard.press("r")
    expect(lab.page.get_by_role("dialog", name="Reveal the answer?")).to_be_visible()
    lab.page.keyboard.press("Escape")
    assert told(lab) == []
    lab.page.keyboard.press("r")
    lab.page.keyboard.press("r")
    assert [name for name, _detail in told(lab)] == ["reveal"]
    # A blank screen comes back by any key, which does nothing else.
    for blank, back in (("b", "p"), (".", "Escape"), ("b", "PageDown")):
        lab.page.keyboard.press(blank)
        expect(lab.page.locator("dialog.blank")).to_be_visible()
        assert lab.page.locator("dialog.blank").bounding_box() == {"x": 0, "y": 0, **LAPTOP}
        lab.page.keyboard.press(back)
        expect(lab.page.locator("dialog.blank")).to_be_hidden()
    assert told(lab) == []
    assert presents(lab)
    lab.page.keyboard.press("q")
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("p")  # close upon one another: neither is lost
    eventually(lambda: same("present" in dict(lab.query), False), lab.page)
    assert not presents(lab)
    lab.page.keyboard.press("p")
    lab.page.keyboard.press("q")
    expect(lab.page.get_by_role("img", name="QR code of the link to this page as it is now")).to_be_visible()
    lab.page.keyboard.press("Escape")
    assert presents(lab)


def test_the_list_of_keys_switches_them_off(lab: LabPage) -> None:
    keys = lab.page.get_by_role("dialog", name="Keys")
    lab.page.keyboard.press("?")
    for key in ("p", "Page Down, Page Up", "Space", "b or .", "?"):
        expect(keys.get_by_text(key, exact=True)).to_be_visible()
    assert lab.grave() == []
    keys.get_by_label("Keys are on").uncheck()
    lab.page.keyboard.press("Escape")
    for key in ("p", "?"):
        lab.page.keyboard.press(key)
    assert not presents(lab)
    expect(keys).to_be_hidden()
    lab.page.reload()
    lab.ready()
    lab.page.keyboard.press("p")
    assert not presents(lab)
    lab.button("Present").click()
    listen(lab, "scene")
    for key in ("b", "PageDown"):
        lab.page.keyboard.press(key)
    assert told(lab) == []
    expect(lab.page.locator("dialog.blank")).to_be_hidden()
    lab.page.get_by_role("button", name="Keys ?").click()
    keys.get_by_label("Keys are on").check()
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("PageDown")
    assert told(lab) == [["scene", 1]]


def test_an_exercise_is_presented_beside_its_canvas(visit: OpenLab) -> None:
    lab = opened(visit(None, viewport=PROJECTOR), "exercise=E9&exercise_seed=3")
    expect(lab.page.get_by_role("heading", name="E9.")).to_be_visible()
    eventually(lambda: same(lab.page.evaluate(SEEN), ["prediction"]), lab.page)
    eventually(lambda: same(scrolls(lab), (0, 0)), lab.page)
    assert float(lab.page.locator("p.ask").evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")) >= 40
    assert lab.grave() == []
    for size in (PROJECTOR, LAPTOP):
        lab.page.set_viewport_size(size)
        expect(lab.button("Commit")).to_be_in_viewport(ratio=1)
    lab.page.set_viewport_size(PHONE)  # there is no room beside it: what is asked comes first
    expect(lab.page.locator("p.ask")).to_be_in_viewport(ratio=1)
    eventually(lambda: same(sideways(lab.page), 0), lab.page)


def test_the_key_that_reveals_commits_what_was_predicted_and_asks_only_where_there_is_something(visit: OpenLab) -> None:
    lab = opened(visit(None, viewport=PROJECTOR), "axis=linear")
    sure = lab.page.get_by_role("dialog", name="Reveal the answer?")
    lab.page.keyboard.press("r")
    expect(sure).to_be_hidden()
    lab.page.goto(f"{lab.origin}/app?exercise=E1&exercise_seed=3&present=1")
    lab.page.wait_for_function(READY)
    lab.page.get_by_label("Your prediction").fill("0")
    lab.page.get_by_label("Why? Name what makes it so").fill("The ramp counts its updates.")
    lab.page.get_by_role("radio", name="Sure", exact=True).check(force=True)
    expect(lab.button("Commit")).to_be_enabled()
    lab.page.get_by_role("heading", name="E1.").click()
    lab.page.keyboard.press("r")
    expect(sure).to_be_visible()
    lab.page.keyboard.press("r")
    expect(lab.page.get_by_role("region", name="Result")).to_be_visible()
    expect(lab.page.locator(".presenter-bar .second")).to_be_hidden()


def test_a_clicker_leads_through_the_scenes_and_asks_before_it_shows(visit: OpenLab) -> None:
    lab = opened(visit(None, viewport=PROJECTOR), "axis=linear")
    page = lab.page
    scene = page.locator("#companion-lesson")
    page.keyboard.press("PageDown")
    expect(scene.locator("h4")).to_have_text("Scene 1 of 8: Too large")
    page.keyboard.press("PageDown")
    expect(scene.locator("p.verdict")).to_contain_text("Nobody has said yet")
    expect(lab.exact("eta_max")).to_have_value("3.6e-4")
    page.keyboard.press("PageDown")
    expect(scene.locator("p.step")).to_contain_text("1 of 3.")
    page.keyboard.press("PageUp")
    expect(scene.locator("h4")).to_have_text("Scene 1 of 8: Too large")
    page.keyboard.press("r")
    page.keyboard.press("r")
    for step in ("1 of 3.", "2 of 3.", "3 of 3."):
        expect(scene.locator("p.step")).to_contain_text(step)
        page.keyboard.press("PageDown")
    expect(scene.locator("h4")).to_have_text("Scene 2 of 8: Too small")
    for part in ("h4", "p", "label span"):
        size = scene.locator(part).first.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
        assert size >= 40
    eventually(lambda: same(scrolls(lab), (0, 0)), page)
    assert page.evaluate(SEEN) == ["schedule", "loss"]
    assert lab.grave() == []
    page.set_viewport_size(LAPTOP)
    heights = page.locator(".plot > .canvas:visible, .training:visible").evaluate_all(
        "(nodes) => nodes.map((node) => node.offsetHeight)"
    )
    assert len(heights) == 2
    assert abs(heights[0] - heights[1]) <= 1  # both take the room that there is
