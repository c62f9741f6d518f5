"""Random walks over the whole state: whatever a visitor does, in whatever order, the page stays true.

`SCHEDULE_LAB_WALK=100:20000` in the environment walks 20,000 steps from seed 100 instead.
"""

import logging
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bokeh.document import Document
from hypothesis import given
from hypothesis import strategies as st

from app import model
from app.link import encode
from walker import Walker

SEEDS, STEPS = range(4), 120
if asked := os.environ.get("SCHEDULE_LAB_WALK"):
    seed, _, steps = asked.partition(":")
    SEEDS, STEPS = range(int(seed), int(seed) + 1), int(steps or STEPS)
Visit = Callable[..., tuple[Document, dict[str, Any]]]


@pytest.fixture(scope="module")
def queries(labs: Any) -> list[str]:
    """Links of states from all over, those with values that conflict among them."""
    found: list[str] = []

    @given(st.data())
    def gather(data: st.DataObject) -> None:
        found.append(encode(data.draw(labs())))

    gather()
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_walk_over_the_whole_state_leaves_the_page_true(
    visit: Visit,
    queries: list[str],
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    walker = Walker(*visit(), seed, queries)
    clock = SimpleNamespace(monotonic=lambda: walker.clock)  # so that undo can tell one act from the next
    monkeypatch.setattr(model, "time", clock)
    caplog.set_level(logging.WARNING)
    for step in range(STEPS):
        try:
            walker.step()
            assert caplog.records == []
        except Exception as failure:
            done = "\n".join(walker.did[-6:])
            raise AssertionError(f"seed {seed}, step {step + 1}; what was done last:\n{done}") from failure
    walker.close()
    assert walker.undone > STEPS / 40


def test_a_walk_knows_everything_that_components_can_send(visit: Visit) -> None:
    assert Walker(*visit(), 0, []).unknown == set()
