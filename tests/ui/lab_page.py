"""The page as a person meets it: what is on it by role and name, what is drawn, and what came over the wire."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, WebSocket, expect

import schedules

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
SECONDS = 5.0
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
    """A visit in a browser context of its own, with a list of everything that ought not to have happened."""

    def __init__(self, browser: Browser, origin: str, lenient: bool = False, **options: Any) -> None:
        self.origin = origin
        self.context: BrowserContext = browser.new_context(**{"viewport": LAPTOP, **options})
        self.context.set_default_timeout(10_000)
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

    def ready(self) -> "LabPage":
        """Wait until the page is drawn."""
        self.page.wait_for_function(READY)
        expect(self.slider("T")).to_be_visible()
        expect(self.table).to_be_visible()
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
    def status(self) -> Locator:
        return self.page.get_by_role("status")

    @property
    def notices(self) -> list[str]:
        return self.page.locator("figcaption li").all_inner_texts()

    @property
    def legend(self) -> list[str]:
        rows = self.page.get_by_role("list", name="Curves on the plot").get_by_role("listitem")
        return rows.locator("span").all_inner_texts()

    def slider(self, name: str) -> Locator:
        """Return the slider of a shared parameter, or the one with this label."""
        return self.page.get_by_role("slider", name=SLIDERS.get(name, name), exact=True)

    def exact(self, name: str) -> Locator:
        """Return the exact number beside a slider."""
        return self.page.get_by_role("spinbutton", name=SLIDERS.get(name, name), exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

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


def same(left: object, right: object) -> None:
    """Assert that two things are equal, in a place where only an expression may stand."""
    assert left == right


OpenLab = Callable[..., LabPage]
