"""The page as a person meets it: what is on it by role and name, what is drawn, and what came over the wire."""

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, WebSocket, expect

import schedules
from app.parts import TABS
from schedules.outlook import Outlook, outlook
from schedules.toy import TOY, make_optimizer, make_problem

LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 320, "height": 640}
PROJECTOR = {"width": 1920, "height": 1080}
SEED = {"T": 10_000, "Tw": 500, "eta_max": 3e-4, "eta_min": 3e-5}
SLIDERS = {
    "T": "Run length T",
    "Tw": "Warmup steps Tw",
    "eta_max": "Peak rate eta_max",
    "eta_min": "Floor rate eta_min",
    "cycle_length": "Cycle length",
    "restart_mult": "Restart multiplier",
}
SECONDS = 15.0  # a machine may be busy; what holds at once costs none of it
GRAVE = ("serious", "critical")  # of what axe finds
COLOURS = ["color-contrast", "link-in-text-block"]  # axe's rules that another theme can break
PLAYHEAD = "Playhead"
BEYOND = 1e-16, 1e6  # of the loss at the start: what is below or above may be off the loss plot
READY = """() => {
  const documents = window.Bokeh?.documents ?? []
  return documents.length > 0 && documents[0].is_idle
}"""


def eventually(check: Callable[[], None], page: Page, seconds: float = SECONDS) -> None:
    """Repeat `check` until it holds; its last failure counts."""
    end = time.monotonic() + seconds
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
        page.wait_for_timeout(20)


class LabPage:
    """A visit, with a list of everything that ought not to have happened.

    It has a browser context of its own if it asks for options, else `usual`: one whose cache knows the scripts already.
    """

    def __init__(
        self,
        browser: Browser,
        origin: str,
        lenient: bool = False,
        usual: BrowserContext | None = None,
        **options: Any,
    ) -> None:
        self.origin = origin
        self.lenient = lenient
        self.usual = usual if not options else None
        self.context: BrowserContext = self.usual or browser.new_context(**{"viewport": LAPTOP, **options})
        self.context.set_default_timeout(1000 * SECONDS)
        self._before = list(self.context.pages)
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.dialogs: list[str] = []
        self.frames: list[tuple[str, str | bytes]] = []  # ("sent" or "received", what)
        self.page.on("dialog", self._dialog)
        self.page.on("websocket", self._socket)
        if not lenient:
            self.page.on("console", lambda said: self._console(said.type, said.text))
            self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
            self.context.on("request", self._request)

    def close(self) -> None:
        """End the visit and leave nothing behind."""
        if self.usual is None:
            self.context.close()
            return
        if not self.lenient:
            self.context.remove_listener("request", self._request)
        if self.page.url.startswith(self.origin):
            self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
        for page in self.context.pages:
            if page not in self._before:
                page.close()

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning", "assert"):
            self.problems.append(f"console {kind}: {text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"request to another origin: {request.url}")

    def _socket(self, socket: WebSocket) -> None:
        if urlsplit(socket.url).netloc != urlsplit(self.origin).netloc:
            self.problems.append(f"connection to another origin: {socket.url}")
        socket.on("framesent", lambda payload: self.frames.append(("sent", payload)))
        socket.on("framereceived", lambda payload: self.frames.append(("received", payload)))

    # Going there.

    def open(self, query: str = "") -> "LabPage":
        """Go to the page, with a query if given, and wait until it is drawn."""
        self.page.goto(f"{self.origin}/app{f'?{query}' if query else ''}")
        return self.ready()

    def go(self, query: str) -> "LabPage":
        """Go to another address of the page as the browser's Back button does: the page stays and takes its state."""
        self.page.evaluate(
            "(query) => { history.pushState(null, '', query); dispatchEvent(new Event('popstate')) }", f"?{query}"
        )
        return self

    def ready(self) -> "LabPage":
        """Wait until the page is drawn."""
        # Not by Playwright's `wait_for_function`, which makes a function from text: the hall's policy forbids that.
        eventually(lambda: same(self.page.evaluate(READY), True), self.page, seconds=2 * SECONDS)
        expect(self.slider("T")).to_be_visible()
        expect(self.table).to_be_visible()
        return self

    def quiet(self, pause: int = 500) -> "LabPage":
        """Wait until nothing has come or gone over the wire for so many milliseconds."""
        heard = -1
        while heard != len(self.frames):
            heard = len(self.frames)
            self.page.wait_for_timeout(pause)
        return self

    @property
    def query(self) -> list[tuple[str, str]]:
        """Names and values in the address bar."""
        return parse_qsl(urlsplit(self.page.url).query, keep_blank_values=True)

    # What is there.

    @property
    def family(self) -> Locator:
        return self.page.get_by_role("combobox", name="Schedule", exact=True)

    @property
    def table(self) -> Locator:
        return self.page.get_by_role("table", name="Key values")

    @property
    def sentence(self) -> str:
        return self.page.locator("figcaption p.lead").inner_text()

    @property
    def plot(self) -> Locator:
        """The schedule plot."""
        return self.page.locator("figure.plot .canvas")

    @property
    def status(self) -> Locator:
        """What a screen reader hears of the stage."""
        return self.page.locator("figcaption").get_by_role("status")

    @property
    def notices(self) -> list[str]:
        return self.page.get_by_role("list", name="Notices").locator("li").all_inner_texts()

    @property
    def legend(self) -> list[str]:
        rows = self.page.get_by_role("list", name="Curves on the plot").get_by_role("listitem")
        return rows.locator("span").all_inner_texts()

    @property
    def training(self) -> str:
        """What the page says of training under the curve."""
        return self.page.locator("figcaption p.training").inner_text()

    @property
    def lesson(self) -> str:
        """What the page says of remade curves beside the live one, or ""."""
        return self.page.locator(".ranking p.lesson").inner_text()

    def ranking(self) -> list[dict[str, str]]:
        """Return the rows of the ranking, each with its place, name, mark and figures by column."""
        return self.page.locator(".ranking tbody tr").evaluate_all(
            """(rows) => rows.map(({cells}) => {
              const [place, name, ...rest] = cells
              const columns = ["final", "best", "average", "goal"]
              const figures = columns.map((column, n) => [column, rest[n].firstChild.textContent])
              const [title, mark] = [...name.children].map((part) => part.textContent)
              return {place: place.textContent, name: title, mark, ...Object.fromEntries(figures)}
            })"""
        )

    def ranked(self, rows: int) -> list[dict[str, str]]:
        """Wait until the ranking has so many rows and all of them are worked out, and return them."""

        def check() -> None:
            found = self.ranking()
            assert len(found) == rows
            assert [row["name"] for row in found if row["best"] == "…"] == []

        eventually(check, self.page, seconds=4 * SECONDS)
        return self.ranking()

    def slider(self, name: str) -> Locator:
        """Return the slider of a shared parameter, or the one with this label."""
        return self.page.get_by_role("slider", name=SLIDERS.get(name, name), exact=True)

    def exact(self, name: str) -> Locator:
        """Return the exact number beside a slider."""
        return self.page.get_by_role("spinbutton", name=SLIDERS.get(name, name), exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def grave(self, within: str = "", colours: bool | None = None) -> list[tuple[str, str, list[Any]]]:
        """Return what axe finds serious or critical: rule, impact and places.

        Args:
            within: A part of the page; "" for all of it.
            colours: True for what colours decide, alone; False for all but that, which is most of the work.
        """
        options: dict[str, Any] = {}
        if colours:
            options["runOnly"] = {"type": "rule", "values": COLOURS}
        elif colours is not None:
            options["rules"] = {name: {"enabled": False} for name in COLOURS}
        return [
            (each["id"], each["impact"], [node["target"] for node in each["nodes"]])
            for each in self.axe(options, within)
            if each["impact"] in GRAVE
        ]

    def axe(self, options: dict[str, Any], within: str = "") -> list[dict[str, Any]]:
        """Return the violations that axe finds with these options, on the whole page or in a part of it."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        return self.page.evaluate(
            "([within, options]) => axe.run(within || document, options).then(({violations}) => violations)",
            [within, {"resultTypes": ["violations"], **options}],
        )

    def tab(self, key: str) -> None:
        """Open a tab by a click, and wait until what is on it has come."""
        self.page.get_by_role("tab", name=TABS[key], exact=True).click()
        expect(self.page.locator(f"#companion-{key}")).to_be_visible()
        self.quiet(250)

    def choose(self, family: str) -> None:
        """Choose a family by its key."""
        self.family.select_option(schedules.FAMILIES[family].title)

    def start_from(self, title: str) -> None:
        """Choose an example."""
        self.page.get_by_role("combobox", name="Start from").select_option(title)

    def type_exactly(self, name: str, text: str) -> None:
        """Type a number and press Enter."""
        self.exact(name).fill(text)
        self.exact(name).press("Enter")

    def described(self, control: Locator) -> str:
        """Return the visible text of what describes a control, or ""."""
        return control.evaluate(
            """(node) => {
              const ids = (node.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)
              return ids.map((id) => node.getRootNode().getElementById(id).innerText).join(" ").trim()
            }"""
        )

    def in_words(self) -> dict[tuple[str, str], tuple[bool, str]]:
        """Return for each slider and exact number whether it is disabled, and what is said of it."""
        rows = self.page.locator("section.side input").evaluate_all(
            """(nodes) => nodes.filter((node) => node.checkVisibility()).map((node) => {
              const hint = node.getRootNode().getElementById(node.getAttribute("aria-describedby"))
              return [node.type, node.ariaLabel ?? node.labels[0].innerText, node.disabled, hint.innerText.trim()]
            })"""
        )
        return {(kind, " ".join(name.split())): (disabled, hint) for kind, name, disabled, hint in rows}

    # What is drawn.

    def data(self, name: str = "schedule_data") -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the columns `step` and `lr` of a data source in the browser."""
        columns = self.page.evaluate(
            """(name) => {
              const {data} = Bokeh.documents[0].get_model_by_name(name)
              return [Array.from(data.step), Array.from(data.lr)]
            }""",
            name,
        )
        return np.array(columns[0], dtype=np.int64), np.array(columns[1], dtype=np.float64)

    def draws(self, family: str, name: str = "schedule_data", **params: Any) -> None:
        """Assert that the curve drawn is the engine's."""
        lr = schedules.curve(family, **params)

        def check() -> None:
            steps, rates = self.data(name)
            assert steps.size
            assert (steps[0], steps[-1]) == (0, lr.size - 1)
            assert np.all(np.diff(steps) > 0)
            np.testing.assert_allclose(rates, lr[steps], rtol=1e-12, atol=0)

        eventually(check, self.page)

    def shows(self, family: str, **params: Any) -> None:
        """Assert that curve, table and sentence are those of a case."""
        self.draws(family, **params)
        run = schedules.run(family, **params)
        rows = schedules.key_value_rows(run)
        eventually(lambda: same(self.rows(), rows), self.page)
        eventually(lambda: same(self.sentence, run.sentence), self.page)

    def rows(self) -> list[tuple[str, str]]:
        """Return the key values as (label, value)."""
        rows = self.table.locator("tbody tr").all()
        return [(row.locator("th").inner_text(), row.locator("td").inner_text()) for row in rows]

    def controls(self) -> dict[str, Any]:
        """Return what every control shows, by kind and name."""
        found = {}
        for role in ("slider", "spinbutton", "combobox"):
            for control in self.page.get_by_role(role).all():
                name = control.evaluate("(node) => node.ariaLabel ?? node.labels[0].innerText")
                found[role, name] = (control.input_value(), control.get_attribute("aria-valuetext"))
        for option in self.page.get_by_role("radio").all():
            found["radio", option.input_value()] = option.is_checked()
        return found

    def columns(self, source: str) -> dict[str, NDArray[np.float64]]:
        """Return all columns of numbers of a data source in the browser."""
        found = self.page.evaluate(
            """(name) => Object.fromEntries(Object.entries(Bokeh.documents[0].get_model_by_name(name).data)
              .map(([column, values]) => [column, Array.from(values)]))""",
            source,
        )
        return {column: np.array(values, dtype=np.float64) for column, values in found.items()}

    def texts(self, figure: str) -> list[str]:
        """Return what is written in the plot of a figure."""
        return self.page.evaluate(
            """(name) => Bokeh.documents[0].get_model_by_name(name).renderers
              .filter((each) => "text" in each.data_source.data)
              .flatMap((each) => Array.from(each.data_source.data.text))""",
            figure,
        )

    def span(self, figure: str) -> tuple[float, float]:
        """Return the ends of a figure's vertical axis."""
        low, high = self.page.evaluate(
            """(name) => {
              const {start, end} = Bokeh.documents[0].get_model_by_name(name).y_range
              return [start, end]
            }""",
            figure,
        )
        return low, high

    def trains(
        self,
        family: str = "warmup_cosine",
        toy: Mapping[str, Any] | None = None,
        lr: NDArray[np.float64] | None = None,
        name: str = "loss_data",
        **params: Any,
    ) -> Outlook:
        """Assert that the loss drawn is the engine's under this curve, or under `lr`, and return what that says."""
        found = expected(schedules.curve(family, **params) if lr is None else lr, **(toy or {}))

        def check() -> None:
            drawn = self.columns(name)
            low, high = self.span("loss")
            steps = drawn["step"].astype(np.int64)
            assert steps.size
            assert (steps[0], steps[-1]) == (0, found.steps[-1])
            assert np.all(np.diff(steps) > 0)
            at = np.searchsorted(found.steps, steps)
            np.testing.assert_array_equal(found.steps[at], steps)
            np.testing.assert_allclose(drawn["loss"], clipped(found.loss[at], low, high), rtol=1e-9, atol=0)
            assert 0 < low < high < np.inf
            beyond_low, beyond_high = (found.loss[0] * share for share in BEYOND)
            inside = found.loss[(found.loss > beyond_low) & (found.loss < beyond_high)]
            assert low <= inside.min()
            assert inside.max() <= high

        eventually(check, self.page, seconds=2 * SECONDS)  # what is stepped update by update takes a while
        return found

    def stands_at(self, step: int, lr: NDArray[np.float64], found: Outlook) -> None:
        """Assert that the playhead and its marks in the three plots stand at a step; at 0 there are no marks."""
        at = int(np.searchsorted(found.steps, step, side="right")) - 1
        last = min(step, lr.size - 1)  # the end of the run has no rate of its own

        def check() -> None:
            assert self.slider(PLAYHEAD).input_value() == str(step)
            on_curve, on_loss, on_path = (
                self.columns(f"{figure}_playhead_data") for figure in ("schedule", "loss", "path")
            )
            shown = step > 0
            np.testing.assert_array_equal(on_curve["step"], [last] * shown)
            np.testing.assert_allclose(on_curve["lr"], [lr[last]] * shown, rtol=1e-12)
            np.testing.assert_array_equal(on_loss["x"], [step] * shown)
            np.testing.assert_allclose(on_loss["y"], clipped(found.loss[[at] * shown], *self.span("loss")), rtol=1e-9)
            np.testing.assert_allclose(on_path["x"], found.path[[at] * shown, 1], rtol=1e-9)
            np.testing.assert_allclose(on_path["y"], found.path[[at] * shown, 0], rtol=1e-9)

        eventually(check, self.page)

    def renderers(self, source: str) -> dict[str, bool]:
        """Return the kinds of glyph that draw a data source, each with whether it is visible."""
        return self.page.evaluate(
            """(name) => Object.fromEntries(
              [...Bokeh.documents[0]._all_models.values()]
                .filter((m) => m.type === "GlyphRenderer" && m.data_source.name === name)
                .map((m) => [m.glyph.type, m.visible]))""",
            source,
        )

    # What came over the wire.

    def moves_sent(self) -> list[int]:
        """Return where in `frames` the browser sent what controls were moved to."""
        return [
            index
            for index, (way, frame) in enumerate(self.frames)
            if way == "sent" and isinstance(frame, str) and '"changes"' in frame
        ]

    def bytes_received(self) -> int:
        """Return how much the server has sent."""
        return sum(len(frame) for way, frame in self.frames if way == "received")


def expected(lr: NDArray[np.float64], **toy: Any) -> Outlook:
    """Return what the engine makes of training under a curve, with the page's first settings but for those given."""
    values = {**{spec.name: spec.default for spec in TOY}, **toy}
    return outlook(make_problem(values), make_optimizer(values), lr, values["seed"])


def clipped(loss: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return a loss as an axis with these ends shows it: what is lost runs along the top."""
    return np.clip(np.nan_to_num(loss, nan=high, posinf=high), low, high)


def same(left: object, right: object) -> None:
    """Assert that two things are equal, in a place where only an expression may stand."""
    assert left == right


OpenLab = Callable[..., LabPage]
