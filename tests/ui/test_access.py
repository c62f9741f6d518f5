"""The page without a pointer, and as axe sees it."""

import pytest
from playwright.sync_api import expect

from ui.lab_page import LAPTOP, PHONE, PLAYHEAD, SLIDERS, LabPage, OpenLab, eventually
from ui.test_looks import RICH

pytestmark = pytest.mark.browser

FOCUS = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  const role = {range: "slider", number: "spinbutton", radio: "radio"}[node.type] ?? node.localName
  const name = node.getAttribute("aria-label") ?? node.labels?.[0]?.innerText ?? node.innerText ?? ""
  const box = node.getBoundingClientRect()
  const drawn = node.type === "radio" ? node.parentElement : node
  const {outlineStyle, outlineWidth} = getComputedStyle(drawn)
  return {
    role,
    name: name.replace(/\\s+/g, " ").trim(),
    outline: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
    inView: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
  }
}"""
PLAYING = ("Previous event", "One update back", "Play", "One update on", "Next event")
TRAINING = (
    "Sharpness",
    "Condition number",
    "Gradient noise",
    "Start, sharp",
    "Start, flat",
    "Seed",
    "Goal, share of start",
)


def test_axe_finds_nothing_serious(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit()
    for query in ("", RICH):
        if query:
            lab.page.goto(f"{lab.origin}/app?{query}")
            lab.ready()
        for size, scheme in ((LAPTOP, "light"), (PHONE, "dark")):
            with subtests.test(query=query[:12], width=size["width"], scheme=scheme):
                lab.page.set_viewport_size(size)
                lab.page.emulate_media(color_scheme=scheme)
                lab.page.wait_for_timeout(100)
                assert lab.grave() == []


def test_the_tab_key_reaches_everything_and_shows_where_it_is(lab: LabPage) -> None:
    stops = []
    for _ in range(150):
        lab.page.keyboard.press("Tab")
        if lab.page.evaluate("document.activeElement === document.body"):
            break
        stops.append(lab.page.evaluate(FOCUS))
    reached = [(stop["role"], stop["name"]) for stop in stops]
    used = [name for key, name in SLIDERS.items() if key not in ("cycle_length", "restart_mult")]
    expected = [
        ("a", "Skip to the plot"),
        ("button", "Switch between light and dark"),
        ("select", "Schedule"),
        ("radio", "linear"),
        ("button", "Pin this curve"),
        ("button", "Copy link"),
        ("select", "Start from"),
        *(("slider", name) for name in used),
        *(("spinbutton", name) for name in used),
        ("button", "Reset"),
        *(("button", name) for name in PLAYING),
        ("slider", PLAYHEAD),
        ("select", "Problem"),
        ("select", "Optimizer"),
        *((role, name) for role in ("slider", "spinbutton") for name in TRAINING),
        ("button", "All families side by side"),
        ("button", "Final loss ▲"),
        ("div", "Ranking of the curves"),
        ("summary", "Show the plots as a table"),
    ]
    assert [stop for stop in expected if stop not in reached] == []
    assert len(reached) == len(set(reached))
    assert [stop for stop in stops if not stop["name"]] == []
    assert [stop for stop in stops if stop["outline"] < 2] == []
    assert [stop for stop in stops if not stop["inView"]] == []


def test_the_skip_link_leads_to_the_plots_tools(lab: LabPage) -> None:
    lab.page.keyboard.press("Tab")
    skip = lab.page.get_by_role("link", name="Skip to the plot")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    lab.page.keyboard.press("Enter")
    lab.page.keyboard.press("Tab")
    assert lab.page.evaluate(FOCUS)["role"] == "radio"
    lab.page.keyboard.press("ArrowRight")
    expect(lab.page.get_by_role("radio", name="log", exact=True)).to_be_checked()
    eventually(lambda: _in(("axis", "log"), lab.query), lab.page)


def test_everything_is_done_by_keys_alone(lab: LabPage) -> None:
    lab.family.focus()
    lab.page.keyboard.type("Constant")
    lab.draws("constant")
    lab.slider("eta_max").focus()
    lab.page.keyboard.press("PageUp")
    lab.draws("constant", eta_max=4e-4)
    lab.button("Pin this curve").focus()
    lab.page.keyboard.press("Enter")
    lab.draws("constant", name="pin_1_data", eta_max=4e-4)
    lab.button("Reset").focus()
    lab.page.keyboard.press("Space")
    lab.shows("warmup_cosine")


def test_the_plot_has_a_name_and_a_description_in_words(lab: LabPage) -> None:
    figure = lab.page.get_by_role("figure", name="The schedule")
    expect(figure).to_have_accessible_description(f"{lab.training} {lab.sentence}")


def _in(item: object, items: list[tuple[str, str]]) -> None:
    assert item in items
