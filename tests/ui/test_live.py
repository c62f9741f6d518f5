"""A slider that is held, and what a screen reader hears of it."""

import itertools

import pytest

from schedules.facts import number
from ui.lab_page import LabPage, OpenLab, eventually, same

pytestmark = pytest.mark.browser

EVENTS = 60
HOLD = """async ([node, events]) => {
  const end = Number(node.max)
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const start = performance.now()
  for (let event = 1; event <= events; event++) {
    await wait(Math.max(0, start + (event * 1000) / events - performance.now()))
    node.value = event === events ? 250 : 100 + ((event * 37) % (end - 100))
    node.dispatchEvent(new Event("input", {bubbles: true}))
  }
  return performance.now() - start
}"""
SLOW = """Object.defineProperty(WebSocket.prototype, "onmessage", {
  set(take) { this.addEventListener("message", (event) => setTimeout(() => take(event), 900)) },
})"""
SPOKEN = """() => {
  const find = (root) => [
    ...root.querySelectorAll("[aria-live], [role=status], [role=log]"),
    ...[...root.querySelectorAll("*")].filter((n) => n.shadowRoot).flatMap((n) => find(n.shadowRoot)),
  ]
  window.spoken = []
  for (const node of find(document)) {
    new MutationObserver(() => window.spoken.push(node.textContent))
      .observe(node, {childList: true, characterData: true, subtree: true})
  }
}"""


def test_a_held_slider_neither_queues_nor_loses_its_last_value(lab: LabPage) -> None:
    lab.page.wait_for_timeout(300)
    lab.frames.clear()
    lab.slider("eta_max").evaluate("(node, events) => (" + HOLD + ")([node, events])", EVENTS)
    last = float(lab.exact("eta_max").input_value())
    eventually(lambda: same(lab.data()[1].max(), pytest.approx(last, rel=1e-12)), lab.page)
    assert lab.data()[0][-1] == 9_999
    eventually(lambda: same(dict(lab.rows())["Rate at Tw"], _written(last)), lab.page)
    assert lab.slider("eta_max").input_value() == "250"
    moves = lab.moves_sent()
    assert 1 <= len(moves) <= EVENTS
    for one, next_ in itertools.pairwise(moves):  # a move leaves when the one before has been answered
        assert any(way == "received" for way, _ in lab.frames[one:next_])
    lab.quiet()
    lab.frames.clear()
    lab.page.wait_for_timeout(500)
    assert lab.frames == []


@pytest.mark.parametrize("slow", [False, True], ids=["at once", "each answer late"])
def test_one_polite_region_speaks_after_a_pause_and_not_at_each_move(visit: OpenLab, slow: bool) -> None:
    lab = visit(None)
    if slow:  # answers with pauses between them, in which the person has made none
        lab.page.add_init_script(SLOW)
    lab.open()
    assert lab.status.get_attribute("aria-live") == "polite"
    assert lab.status.inner_text() == ""
    lab.page.evaluate(SPOKEN)
    moves = 180
    lab.slider("eta_max").evaluate("(node, events) => (" + HOLD + ")([node, events])", moves)
    last = number(float(lab.exact("eta_max").input_value()), 3)

    def told() -> None:
        assert last in lab.sentence
        assert lab.page.evaluate("window.spoken.at(-1)") == f"{lab.sentence} {lab.training}"

    eventually(told, lab.page)
    # Of the curve, and once more if training took longer than a pause.
    assert lab.page.evaluate("window.spoken.length") <= 2


def test_a_notice_is_spoken_with_the_sentence(lab: LabPage) -> None:
    lab.type_exactly("T", "5e9")
    eventually(lambda: same(len(lab.notices), 1), lab.page)
    eventually(lambda: same(lab.status.text_content(), f"{lab.notices[0]} {lab.sentence} {lab.training}"), lab.page)


def _written(rate: float) -> str:
    mantissa, exponent = f"{rate:.5e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}" if rate < 1e-3 else f"{rate:.6g}"
