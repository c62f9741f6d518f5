"""Every tab as axe sees it, and for everyone: fingers, large type, forced colours, little motion, no picture at all."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, expect

from app.model import SECTIONS
from app.parts import TABS
from ensure_browser import find
from ui.lab_page import LAPTOP, PHONE, PLAYHEAD, LabPage, OpenLab, eventually, same
from ui.practice_page import Practice
from ui.server import Server
from ui.test_looks import COVERED, RICH, sideways

pytestmark = pytest.mark.browser

# Cycles above the edge, four pinned curves, every family in the ranking, a playhead on the way, notices.
FULL = f"{RICH}&all_families=1&step=100"

# As full as the bar and the legend get in class, and a scene.
IN_CLASS = "family=sgdr&T=1000&Tw=50&eta_max=0.0005&cycle_length=100&pin=step,T:1000&step=300&section=storyboard"
SAID = {
    "Run length T": "1,000 updates",
    "Warmup steps Tw": "50 updates, 5 percent of the run",
    "Peak rate eta_max": "5e-4, 1.25 times the edge",
    "Floor rate eta_min": "5e-5, 10 percent of the peak",
    "Cycle length": "200 updates, 20 percent of the run",
    "Restart multiplier": "2 times the cycle before",
    PLAYHEAD: "0 of 1,000 updates made, next rate 1e-5, loss 2,525, start",
}
# All elements, those in shadow roots too.
EVERY = """
  const every = (root = document) => [...root.querySelectorAll("*")].flatMap((node) =>
    [node, ...(node.shadowRoot ? every(node.shadowRoot) : [])])
  const named = (node) => (node.ariaLabel || node.labels?.[0]?.innerText || node.innerText || node.id || "")
    .replace(/\\s+/g, " ").trim()
"""
UNFOLD = f"""() => {{
  {EVERY}
  window.unfolded = every().filter((node) => node.localName === "details" && !node.open)
  for (const node of unfolded) node.open = true
}}"""
FOLD = "() => { for (const node of unfolded) node.open = false }"
# What is pressed and smaller than so many pixels. A box to tick is hit by its label too; words within a line of text
# are as high as the line.
SMALL = f"""(least) => {{
  {EVERY}
  return every()
    .filter((node) => node.matches("a[href], button, input, select, textarea, summary") && node.checkVisibility())
    .filter((node) => !node.disabled && !node.closest(".unseen") && !node.matches("p a, li a, .phrase, .badge"))
    .map((node) => [node, (node.closest("label") ?? node).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && Math.min(box.width, box.height) < least - 0.5)
    .map(([node, box]) => `${{node.localName}} ${{named(node).slice(0, 30)}}: ${{box.width}} by ${{box.height}}`)
}}"""
MOVING = f"""() => {{
  {EVERY}
  const long = (times) => times.split(",").some((time) => parseFloat(time) * (time.includes("ms") ? 1 : 1000) > 10)
  const moves = (style) => (style.transitionProperty !== "none" && long(style.transitionDuration))
    || (style.animationName !== "none" && long(style.animationDuration)) || style.scrollBehavior !== "auto"
  return every()
    .filter((node) => [null, "::before", "::after"].some((part) => moves(getComputedStyle(node, part))))
    .map((node) => `${{node.localName}}.${{node.className}}`)
}}"""
VALUES = f"""() => {{
  {EVERY}
  const sliders = every().filter((node) => node.type === "range" && node.checkVisibility())
  return Object.fromEntries(sliders.map((node) => [named(node), node.getAttribute("aria-valuetext")]))
}}"""
FOCUSED = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  const {outlineStyle, outlineWidth} = getComputedStyle(node)
  return {outline: outlineStyle === "none" ? 0 : parseFloat(outlineWidth)}
}"""
# Keeps what is heard of live regions: what stands in one that is seen, after each change.
LISTEN = f"""() => {{
  {EVERY}
  window.heard = []
  every().filter((node) => node.matches("[role=status], [role=alert], [aria-live]")).forEach((node, index) => {{
    node.ear?.disconnect()
    node.ear = new MutationObserver(() => {{
      const silent = node.ariaLive === "off" || !node.checkVisibility() || !node.textContent.trim()
      if (!silent) heard.push([index, node.textContent])
    }})
    node.ear.observe(node, {{childList: true, characterData: true, subtree: true}})
  }})
}}"""


def places(lab: LabPage) -> Iterator[tuple[str, bool]]:
    """Open every tab, and in the lesson every section; yield where one is, and whether the tab is new."""
    for key in TABS:
        lab.tab(key)
        if key != "lesson":
            yield key, True
            continue
        links = lab.page.get_by_role("navigation", name="Sections of the lesson").get_by_role("button")
        for index, section in enumerate(SECTIONS):
            links.nth(index).click()
            expect(links.nth(index)).to_have_attribute("aria-current", "true")
            lab.quiet(250)
            yield f"lesson: {section}", index == 0


def unfolded(lab: LabPage) -> None:
    """Open everything that can be folded."""
    lab.page.evaluate(UNFOLD)
    lab.quiet(250)  # the map of winners comes when it is opened


def touched(lab: LabPage, fingers: CDPSession, on: bool) -> None:
    """Have the page touched by fingers, or by a pointer again."""
    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": on, "maxTouchPoints": 5 if on else 1})
    assert lab.page.evaluate("matchMedia('(pointer: coarse)').matches") == on


def dressed(lab: LabPage, scheme: str) -> None:
    """Have the page light or dark, and wait until it is."""
    lab.page.emulate_media(color_scheme=scheme)
    eventually(lambda: same(lab.page.evaluate("document.documentElement.dataset.theme"), scheme), lab.page)


def apart(nodes: Locator, chosen: str) -> bool:
    """Tell whether those of some nodes that match look like none of the others, by what forced colours leave."""
    looks = nodes.evaluate_all(
        """(nodes, chosen) => nodes.map((node) => {
          const {color, backgroundColor, borderColor} = getComputedStyle(node)
          return [node.matches(chosen), `${color} ${backgroundColor} ${borderColor}`]
        })""",
        chosen,
    )
    ours, others = ({look for is_chosen, look in looks if is_chosen is which} for which in (True, False))
    return bool(ours) and bool(others) and not ours & others


# The matrix. Light and dark differ in colours alone, and so dark is asked for those alone; the stage, which all tabs
# have in common, is looked at in dark and on a phone with the first of them.


def test_every_place_is_for_everyone_in_any_mode(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit(FULL)
    lab.ranked(18)
    fingers = lab.context.new_cdp_session(lab.page)

    for place, fresh in places(lab):
        panel = f"#companion-{place.partition(':')[0]}"
        with subtests.test(place=place, mode="light"):
            assert lab.grave("" if fresh else panel) == []
            assert sideways(lab.page) == 0
        with subtests.test(place=place, mode="dark"):
            dressed(lab, "dark")
            assert lab.grave("" if place == "lab" else panel, colours=True) == []
        with subtests.test(place=place, mode="little motion"):
            lab.page.emulate_media(reduced_motion="reduce")
            assert lab.page.evaluate(MOVING) == []
        dressed(lab, "light")
        with subtests.test(place=place, mode="pointer"):
            unfolded(lab)
            assert lab.page.evaluate(SMALL, 24) == []
        with subtests.test(place=place, mode="fingers on 320 px"):
            lab.page.set_viewport_size(PHONE)
            touched(lab, fingers, True)
            assert lab.page.evaluate(SMALL, 44) == []
        lab.page.evaluate(FOLD)
        with subtests.test(place=place, mode="320 px"):
            touched(lab, fingers, False)
            eventually(lambda: same(sideways(lab.page), 0), lab.page)
            assert lab.grave("" if place == "lab" else panel, colours=False) == []
        lab.page.set_viewport_size(LAPTOP)


def test_axe_finds_nothing_grave_in_presenter_mode_whichever_tab_is_open(
    visit: OpenLab, subtests: pytest.Subtests
) -> None:
    lab = visit(IN_CLASS)
    bar = lab.page.get_by_role("group", name="Presenter")
    for key in TABS:
        lab.tab(key)
        lab.page.keyboard.press("p")
        expect(bar).to_be_in_viewport(ratio=1)
        for scheme in ("light", "dark"):
            with subtests.test(tab=key, scheme=scheme):
                dressed(lab, scheme)
                assert lab.grave(colours=None if scheme == "light" else True) == []
                assert sideways(lab.page) == 0
        with subtests.test(tab=key, width=PHONE["width"]):
            lab.page.set_viewport_size(PHONE)
            eventually(lambda: same(sideways(lab.page), 0), lab.page)
        lab.page.set_viewport_size(LAPTOP)
        dressed(lab, "light")
        lab.page.keyboard.press("p")
        expect(lab.page.get_by_role("tab", name=TABS[key], exact=True)).to_be_visible()


# Fingers, where the tabs alone do not lead.


def test_everything_is_large_enough_to_be_hit(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit("tab=practice")
    fingers = lab.context.new_cdp_session(lab.page)
    for size, least in ((LAPTOP, 24), (PHONE, 44)):
        touched(lab, fingers, size is PHONE)
        lab.page.set_viewport_size(size)
        for exercise in ("E1", "E4", "E9", "E22"):
            with subtests.test(exercise=exercise, least=least):
                lab.page.evaluate(UNFOLD)  # the list
                lab.page.get_by_role("button", name=f"{exercise}. ").click()
                expect(lab.page.get_by_role("heading", name=f"{exercise}. ")).to_be_visible()
                unfolded(lab)
                assert lab.page.evaluate(SMALL, least) == []
                lab.button("← All exercises").click()
        with subtests.test(place="lesson options", least=least):
            lab.button("Share").click()
            expect(lab.page.get_by_role("checkbox", name="Who wins")).to_be_visible()
            assert lab.page.evaluate(SMALL, least) == []
            lab.page.keyboard.press("Escape")


# Large type.


def test_at_200_percent_nothing_is_cut_off_or_covered_on_any_tab(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit(FULL, viewport={"width": LAPTOP["width"] // 2, "height": LAPTOP["height"] // 2}, device_scale_factor=2)
    for place, _fresh in places(lab):
        with subtests.test(place=place):
            eventually(lambda: same(sideways(lab.page), 0), lab.page)
            assert lab.page.evaluate(COVERED) == []


def test_type_of_twice_the_size_needs_no_zoom(chromium: Browser, server: Server, subtests: pytest.Subtests) -> None:
    """The browser's own setting; it counts for the widths at which the layout changes, too."""
    large = chromium.browser_type.launch(executable_path=find(), args=["--blink-settings=defaultFontSize=32"])
    try:
        lab = LabPage(large, server.origin).open(FULL)
        assert lab.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        for key in TABS:
            with subtests.test(tab=key):
                lab.tab(key)
                eventually(lambda: same(sideways(lab.page), 0), lab.page)
                assert lab.page.evaluate(COVERED) == []
        assert lab.problems == []
    finally:
        large.close()


# Colours and motion as the system asks for them.


def test_forced_colours_take_away_no_state(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit(f"{FULL}&section=storyboard", forced_colors="active", color_scheme="dark")
    for key in TABS:
        with subtests.test(tab=key):
            lab.tab(key)
            tabs = lab.page.locator(".tabs [role=tab]")
            assert apart(tabs, "[aria-selected=true]")
    lab.tab("lesson")
    pairs = {
        "switch": (lab.page.locator(".switch label:visible"), ":has(:checked)"),
        "pressed": (lab.page.locator(".lesson [aria-pressed]"), "[aria-pressed=true]"),
        "current": (lab.page.locator(".sections button"), "[aria-current]"),
    }
    for name, (nodes, chosen) in pairs.items():
        with subtests.test(state=name):
            assert apart(nodes, chosen)
    lab.tab("lab")
    with subtests.test(state="disabled"):
        assert apart(lab.page.locator("input[type=range]:visible"), ":disabled")
    with subtests.test(state="track"):
        track = lab.slider("T").evaluate("(node) => getComputedStyle(node).forcedColorAdjust")
        assert track == "none"  # else the track and how far it is filled would be gone
    with subtests.test(state="focus"):
        lab.page.keyboard.press("Tab")
        assert lab.page.evaluate(FOCUSED)["outline"] >= 2


def test_who_asks_for_more_contrast_gets_seven_to_one(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit("family=sgdr", contrast="more")
    for scheme in ("light", "dark"):
        with subtests.test(scheme=scheme):
            dressed(lab, scheme)
            found = lab.axe({"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}})
            assert [node["html"] for each in found for node in each["nodes"]] == []


# What is heard in place of what is seen.


def test_every_plot_has_a_name_a_caption_from_the_state_and_a_table(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit("T=400&Tw=40&eta_max=5e-4&noise=0")
    lab.button("Start a range test").click()
    lab.quiet()
    tables = {
        "The schedule": ("Show the plots as a table", "Steps that matter", "Rate"),
        "The path": ("Show the plots as a table", "Steps that matter", "Parameters before it"),
        "The loss": ("Show the plots as a table", "Steps that matter", "Loss before it"),
        "Range test": ("Show the range test as a table", "The loss along the sweep", "Loss before it"),
    }
    for name, (fold, caption, column) in tables.items():
        with subtests.test(plot=name):
            figure = lab.page.get_by_role("figure", name=name, exact=True)
            words = [text for text in figure.locator("figcaption p").all_inner_texts() if text]
            assert words
            expect(figure).to_have_accessible_description(re.compile(re.escape(words[0])))
            summary = lab.page.get_by_text(fold, exact=True)
            table = lab.page.get_by_role("table", name=caption)
            if not table.is_visible():
                summary.click()
            head = table.get_by_role("columnheader").all_inner_texts()
            cells = table.locator("tbody tr").evaluate_all(
                "(rows, at) => rows.map(({cells}) => cells[at].textContent)", head.index(column)
            )
            assert len([text for text in cells if text]) > 1
    with subtests.test(plot="captions follow"):
        said = {key: lab.page.locator(f"#{key}-caption p").inner_text() for key in ("path", "sweep")}
        lab.page.get_by_role("combobox", name="Problem").select_option("Logistic regression")
        lab.exact("Base rate marker").fill("1e-7")
        lab.exact("Base rate marker").press("Enter")
        for key, before in said.items():
            expect(lab.page.locator(f"#{key}-caption")).not_to_have_text(before)
    with subtests.test(plot="who wins is a table itself"):
        lab.page.get_by_text("Who wins where").click()
        expect(lab.page.get_by_role("table", name="Who wins")).to_be_visible()
    with subtests.test(plot="three runs in the lesson"):
        lab.tab("lesson")
        pictures = lab.page.locator("#companion-lesson").get_by_role("img")
        expect(pictures).to_have_count(3)
        assert all(picture.get_attribute("aria-label") for picture in pictures.all())
        lab.page.get_by_text("Show the three runs as a table").click()
        table = lab.page.get_by_role("table", name="θ after each update")
        assert table.get_by_role("columnheader").all_inner_texts()[0] == "Update"
    with subtests.test(plot="the canvas of an exercise"):
        lab.page.goto(f"{lab.origin}/app?exercise=E9&exercise_seed=3")
        canvas = lab.page.get_by_role("figure", name="Prediction and truth")
        caption = canvas.locator("figcaption")
        expect(caption).to_have_text("Nothing is drawn yet.")
        lab.page.get_by_text("Set heights by slider, without drawing").click()
        heights = lab.page.locator(".knots").get_by_role("slider")
        for place in (0, -1):
            heights.nth(place).focus()
            lab.page.keyboard.press("Home")
        expect(caption).to_have_text("Dashed: your prediction.")
        practice = Practice(lab)
        practice.reason("The ramp is longer than the run.")
        practice.commit.click()
        expect(caption).to_have_text("Dashed: your prediction; solid: the truth; shaded: the gap.")
        lab.page.get_by_text("Show the picture as a table").click()
        table = lab.page.get_by_role("table", name="Prediction and truth")
        assert table.get_by_role("columnheader").all_inner_texts()[1:] == ["You predicted", "It is"]
        expect(table.get_by_role("row")).to_have_count(22)


def test_every_slider_says_its_value_in_words(visit: OpenLab) -> None:
    lab = visit("family=sgdr&T=1000&Tw=50&eta_max=5e-4&eta_min=5e-5&cycle_length=200&restart_mult=2")
    said = lab.page.evaluate(VALUES)
    assert [name for name, words in said.items() if not words] == []
    shared = {name: words for name, words in said.items() if name in SAID}
    assert shared == SAID
    # While it moves, before the server has answered, and after.
    lab.slider("Tw").press("ArrowRight")
    assert lab.slider("Tw").get_attribute("aria-valuetext") == "55 updates, 5.5 percent of the run"
    lab.quiet(250)
    assert lab.page.evaluate(VALUES)["Warmup steps Tw"] == "55 updates, 5.5 percent of the run"
    lab.button("Start a range test").click()
    expect(lab.slider("Base rate marker")).to_be_visible()
    assert lab.page.evaluate(VALUES)["Base rate marker"] == "not placed"


def test_one_live_region_speaks_at_a_time(visit: OpenLab, subtests: pytest.Subtests) -> None:
    lab = visit("T=1000&Tw=50", permissions=["clipboard-read", "clipboard-write"])
    lab.page.get_by_text("Who wins where").click()
    lab.quiet()

    def heard(act: Callable[[], object], what: str) -> None:
        lab.page.evaluate(LISTEN)
        act()
        eventually(lambda: same(any(what in text for _where, text in lab.page.evaluate("heard")), True), lab.page)
        lab.quiet(800)  # whatever else would speak of it
        spoken = lab.page.evaluate("heard.splice(0)")
        assert len({where for where, _text in spoken}) == 1, spoken

    links = lab.page.get_by_role("navigation", name="Sections of the lesson").get_by_role("button")
    acts = {
        "move": (lambda: lab.slider("Tw").press("ArrowRight"), "Rises for 55 updates"),
        "pin": (lab.button("Pin this curve").click, "Pinned: Warmup, then cosine"),
        "unpin": (lab.button("Undo").first.click, "No longer pinned; none left."),
        "copy": (lab.button("Copy link").first.click, "Link copied."),
        "sweep": (lab.button("Start a range test").click, "A range test of"),
        "filter": (
            lambda: (lab.tab("sources"), lab.page.get_by_label("Show only what is source-checked").check()),
            "statements",
        ),
        "code": (lambda: (lab.tab("code"), lab.button("Copy code").click()), "Copied."),
        "open": (lambda: lab.tab("lesson"), ""),
        "one update": (lab.button("One update").click, "update 0 of"),
        "scene": (
            lambda: (
                links.nth(SECTIONS.index("storyboard")).click(),
                lab.page.locator(".lesson input[type=radio]").first.check(),
                lab.button("Commit, and see").click(),
            ),
            "The expected loss",
        ),
    }
    for name, (act, what) in acts.items():
        with subtests.test(act=name):
            if what:
                heard(act, what)
            else:
                act()
