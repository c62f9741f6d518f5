"""Practice as a person meets it, and everything from which an answer could be read off."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from playwright.sync_api import Locator, expect

from ui.lab_page import READY, LabPage, eventually

NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
EVERYTHING = """() => {
  const texts = [location.href, document.title]
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data)
    for (const {name, value} of node.attributes ?? []) if (!["style", "class", "d"].includes(name)) texts.push(value)
    if (node.shadowRoot) walk(node.shadowRoot)
    if (node.localName !== "script" && node.localName !== "style") for (const child of node.childNodes) walk(child)
  }
  walk(document.documentElement)
  return texts.join("\\n")
}"""
SOURCES = """() => [...Bokeh.documents[0]._all_models.values()]
  .filter((model) => model.type === "ColumnDataSource")
  .flatMap((model) => Object.values(model.data).flatMap((column) => Array.from(column)))
  .flat(3).filter((value) => typeof value === "number")"""


class Practice:
    """The practice panel of a page."""

    def __init__(self, lab: LabPage) -> None:
        self.lab = lab
        self.page = lab.page

    def open(self, exercise: str, seed: int = 0) -> "Practice":
        """Open an exercise by its link."""
        self.page.goto(f"{self.lab.origin}/app?exercise={exercise}&exercise_seed={seed}")
        return self.ready(exercise)

    def ready(self, exercise: str) -> "Practice":
        """Wait until the question is there and its draft, or its commit, has come back."""
        self.page.wait_for_function(READY)
        expect(self.page.get_by_role("heading", name=re.compile(rf"^{exercise}\."))).to_be_visible()
        self.page.wait_for_timeout(300)
        return self

    def browse(self) -> "Practice":
        """Go to the list of exercises."""
        if not self.page.url.startswith(self.lab.origin):
            self.lab.open()
        self.page.get_by_role("tab", name="Practice").click()
        return self

    @property
    def answer(self) -> Locator:
        return self.page.get_by_label("Your prediction")

    @property
    def why(self) -> Locator:
        return self.page.get_by_label("Why? Name what makes it so")

    @property
    def commit(self) -> Locator:
        return self.page.get_by_role("button", name="Commit", exact=True)

    @property
    def missing(self) -> str:
        return self.page.locator("#missing").inner_text()

    @property
    def result(self) -> Locator:
        return self.page.get_by_role("region", name="Result")

    def reason(self, why: str = "The ramp counts its updates.", sure: str = "Sure") -> None:
        """Say why, and how sure."""
        expect(self.why).to_be_enabled()
        self.why.fill(why)
        degree = self.page.get_by_role("radio", name=sure, exact=True)
        expect(degree).to_be_enabled()
        degree.check(force=True)
        expect(self.commit).to_have_attribute("aria-disabled", "false")

    def predict_number(self, value: str, **reason: str) -> None:
        """Predict, say why and how sure, and commit."""
        self.answer.fill(value)
        self.reason(**reason)
        self.commit.click()
        expect(self.result).to_be_visible()

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The ledger that the browser keeps."""
        text = self.page.evaluate("() => localStorage.getItem('schedule-lab.ledger')")
        return json.loads(text)["entries"] if text else []

    def both(self) -> dict[str, str]:
        """What the result says: prediction, truth and gap."""
        terms = self.result.locator("dl.both dt").all_inner_texts()
        return dict(zip(terms, self.result.locator("dl.both dd").all_inner_texts(), strict=True))

    # What could give an answer away.

    def numbers(self) -> np.ndarray:
        """Every number that has come to this browser: in frames, in what is on the page, in what plots hold."""
        found: list[float] = list(self.page.evaluate(SOURCES))
        found += numbers_in(self.page.evaluate(EVERYTHING))
        for way, frame in self.lab.frames:
            if way == "received":
                found += numbers_in_frame(frame)
        return np.array(found, dtype=np.float64)

    def holds(self, truth: float) -> bool:
        """Tell whether a number is among them, as it is or as the page would write it."""
        numbers = self.numbers()
        with np.errstate(all="ignore"):
            return bool((np.abs(numbers - truth) <= 2e-6 * abs(truth)).any())


def numbers_in(text: str) -> list[float]:
    """Return every number in a text."""
    return [float(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(text)]


def numbers_in_frame(frame: str | bytes) -> list[float]:
    """Return every number in a message: in its text, and in the arrays that it carries."""
    if isinstance(frame, bytes):
        return list(_arrays(frame))
    found = numbers_in(frame)
    for packed in re.findall(r'"data":\s*"([A-Za-z0-9+/=]{8,})"', frame):
        try:
            found += _arrays(base64.b64decode(packed, validate=True))
        except ValueError:
            continue
    return found


def _arrays(raw: bytes) -> Iterator[float]:
    for kind in (np.float64, np.float32):
        size = np.dtype(kind).itemsize
        with np.errstate(all="ignore"):  # most of it is no such number
            values = np.frombuffer(raw[: len(raw) // size * size], dtype=kind).astype(np.float64)
        yield from values[np.isfinite(values)].tolist()


def settled(practice: Practice, count: int) -> None:
    """Wait until the ledger has so many entries."""

    def check() -> None:
        assert len(practice.entries) == count

    eventually(check, practice.page)
