"""The page without a pointer: where the keyboard gets to, the main job, and one exercise, from the top of the page."""

import pytest
from playwright.sync_api import expect

import schedules
from ui.lab_page import PLAYHEAD, SLIDERS, LabPage, OpenLab, eventually, same
from ui.practice_page import Practice

pytestmark = pytest.mark.browser

# What has the focus: role, name, the width of its ring, and whether it is in view and not covered.
FOCUS = """() => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  const role = {range: "slider", number: "spinbutton", radio: "radio"}[node.type] ?? node.localName
  const name = node.getAttribute("aria-label") ?? node.labels?.[0]?.innerText ?? node.innerText ?? ""
  const drawn = node.type === "radio" ? node.parentElement : node
  const box = drawn.getBoundingClientRect()
  const {outlineStyle, outlineWidth} = getComputedStyle(drawn)
  const middle = [box.left + box.width / 2, box.top + box.height / 2]
  let seen = document.elementFromPoint(...middle)
  while (seen?.shadowRoot) seen = seen.shadowRoot.elementFromPoint(...middle)
  return {
    role,
    name: name.replace(/\\s+/g, " ").trim(),
    outline: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
    free: drawn.contains(seen),
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


def test_a_link_within_the_page_leaves_the_way_back(lab: LabPage) -> None:
    lab.type_exactly("T", "2000")
    lab.quiet()
    lab.page.get_by_role("link", name="Skip to the plot").press("Enter")
    lab.quiet()
    lab.button("Undo").click()
    expect(lab.exact("T")).to_have_value("10000")


def test_a_button_that_has_nothing_left_to_do_keeps_the_focus(lab: LabPage) -> None:
    lab.slider("eta_max").press("ArrowRight")
    lab.quiet()
    for name in ("Undo", "Redo"):
        lab.button(name).press("Enter")
        expect(lab.button(name)).to_be_disabled()
        expect(lab.button(name)).to_be_focused()


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


class Hands:
    """Ten fingers and no mouse: moves by Tab and presses keys, and looks where the focus is."""

    def __init__(self, lab: LabPage) -> None:
        self.page = lab.page
        self.press = lab.page.keyboard.press
        self.type = lab.page.keyboard.type

    def at(self, role: str, name: str) -> None:
        """Assert that the focus is there, and can be seen."""

        def check() -> None:
            found = self.page.evaluate(FOCUS)
            assert (found["role"], found["name"]) == (role, name)
            assert found["outline"] >= 2
            assert found["inView"]
            assert found["free"]

        eventually(check, self.page)

    def go(self, role: str, name: str, key: str = "Tab", most: int = 150) -> None:
        """Press Tab until the focus is there."""
        for _ in range(most):
            found = self.page.evaluate(FOCUS)
            if (found["role"], found["name"]) == (role, name):
                return self.at(role, name)
            self.press(key)
        raise AssertionError(f"no way to the {role} {name!r} by {key}")


def test_the_main_job_by_keyboard_alone(visit: OpenLab) -> None:
    lab = visit("", permissions=["clipboard-read", "clipboard-write"])
    hands = Hands(lab)
    hands.press("Tab")
    hands.at("a", "Skip to the plot")
    # A family, a value by its slider and one by its number.
    hands.go("select", "Schedule")
    hands.type("Warmup, then linear")
    lab.draws("warmup_linear")
    hands.go("slider", SLIDERS["eta_max"])
    hands.press("PageUp")
    lab.draws("warmup_linear", eta_max=4e-4)
    hands.go("spinbutton", SLIDERS["Tw"], key="Shift+Tab")
    hands.press("Control+a")
    hands.type("1000")
    hands.press("Enter")
    lab.shows("warmup_linear", eta_max=4e-4, Tw=1_000)
    # Pinned, and compared with another.
    hands.go("button", "Pin this curve", key="Shift+Tab")
    hands.press("Enter")
    lab.draws("warmup_linear", name="pin_1_data", eta_max=4e-4, Tw=1_000)
    hands.at("button", "Pin this curve")
    hands.go("select", "Schedule")
    hands.type("Constant")
    lab.draws("constant", eta_max=4e-4, Tw=1_000)
    hands.go("button", "All families side by side")
    hands.press("Space")
    lab.ranked(14)  # the pinned curve is one of them
    hands.at("button", "All families side by side")
    hands.go("button", "Best loss")
    hands.press("Enter")
    expect(lab.page.get_by_role("columnheader", name="Best loss")).to_have_attribute("aria-sort", "ascending")
    hands.go("summary", "Show the plots as a table", key="Shift+Tab")
    hands.press("Enter")
    expect(lab.page.get_by_role("table", name="Steps that matter")).to_be_visible()
    # The code, by the tabs' arrow keys.
    hands.go("button", "Lab", key="Shift+Tab")
    for name in ("Lesson", "Practice", "Code"):
        hands.press("ArrowRight")
        hands.at("button", name)
    hands.go("select", "Code for")
    hands.type("PyTorch")
    hands.go("button", "Copy code")
    hands.press("Enter")
    expect(lab.page.get_by_text("Copied.", exact=True)).to_be_visible()
    code = lab.page.evaluate("navigator.clipboard.readText()")
    assert code.strip() == schedules.export_code("pytorch", "constant", T=10_000, Tw=1_000, eta_max=4e-4).strip()
    # The link, and back.
    hands.go("button", "Copy link", key="Tab")
    hands.press("Enter")
    eventually(lambda: same(lab.page.evaluate("navigator.clipboard.readText()"), lab.page.url), lab.page)
    hands.go("button", "Undo")
    hands.press("Enter")
    hands.press("Enter")
    lab.draws("warmup_linear", eta_max=4e-4, Tw=1_000)
    hands.at("button", "Undo")


def test_an_exercise_from_the_list_to_the_next_by_keyboard_alone(visit: OpenLab) -> None:
    lab = visit()
    practice, hands = Practice(lab), Hands(lab)
    hands.go("button", "Lab")
    for name in ("Lesson", "Practice"):
        hands.press("ArrowRight")
        hands.at("button", name)
    hands.go("button", "E1. The very first update")
    hands.press("Enter")
    heading = lab.page.get_by_role("heading", name="E1.")
    expect(heading).to_be_focused()
    hands.go("spinbutton", "Your prediction")
    hands.type("0")
    expect(practice.why).to_be_enabled()
    hands.go("textarea", "Why? Name what makes it so")
    hands.type("because the ramp starts from nothing")
    expect(lab.page.get_by_role("radio", name="A guess")).to_be_enabled()
    hands.go("radio", "A guess")
    hands.press("Space")
    hands.go("button", "Commit")
    expect(practice.commit).to_have_attribute("aria-disabled", "false")
    hands.press("Enter")
    hands.at("h4", "✗ It came out differently")
    expect(lab.page.locator(".desk > [role=status]")).to_contain_text(
        "Committed. It does not fit: you predicted 0; it is"
    )
    hands.go("radio", "as predicted")
    hands.press("ArrowDown")
    expect(lab.page.get_by_text("Yes, that is what there is to see.")).to_be_visible()
    hands.go("button", "Next exercise")
    hands.press("Enter")
    expect(lab.page.get_by_role("heading", name="E2.")).to_be_focused()


def _in(item: object, items: list[tuple[str, str]]) -> None:
    assert item in items
