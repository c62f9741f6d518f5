"""States of the stage that words of the lesson refer to: what each is called, and what it sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.model import Lab
from schedules.toy import TOY

SHARPNESS = 5000.0  # of the bowl on which the lesson tells its story, the page's own
BOWL: Mapping[str, Any] = MappingProxyType({**{spec.name: spec.default for spec in TOY}, "sharpness": SHARPNESS})
STILL = MappingProxyType({**BOWL, "noise": 0.0})


@dataclass(frozen=True)
class State:
    """A state of the stage.

    Attributes:
        said: What the page says when it is set.
        changes: What is set, by the names of the state.
    """

    said: str
    changes: Mapping[str, Any]


def _state(said: str, bowl: Mapping[str, Any], **changes: Any) -> State:
    return State(said, MappingProxyType({"axis": "linear", "step": 0, **bowl, **changes}))


STATES: Mapping[str, State] = MappingProxyType(
    {
        "too_high": _state(
            "A constant rate a tenth above the edge: each update throws the run farther than the last.",
            STILL, family="constant", T=200, Tw=0, eta_max=4.4e-4,
        ),
        "too_low": _state(
            "A constant rate at a hundredth of the edge: the run has hardly left when it ends.",
            STILL, family="constant", T=200, Tw=0, eta_max=4e-6,
        ),
        "about_right": _state(
            "A constant rate at half the edge: the steep direction is done at once, the flat one takes its time.",
            STILL, family="constant", T=200, Tw=0, eta_max=2e-4,
        ),
        "warmup": _state(
            "A quarter of the run is warmup: the first rates are small, and the peak comes late.",
            BOWL, family="warmup_cosine", T=1000, Tw=250, eta_max=3e-4, eta_min=0.0,
        ),
        "decay": _state(
            "The rate falls along half a cosine, and with it the share of the noise that stays in the loss.",
            BOWL, family="warmup_cosine", T=1000, Tw=0, eta_max=3e-4, eta_min=0.0,
        ),
        "restarts": _state(
            "The rate goes up again after 100, 300 and 700 updates; the parameters stay where they are.",
            BOWL, family="sgdr", T=1500, Tw=0, eta_max=3e-4, eta_min=0.0, cycle_length=100, restart_mult=2.0,
        ),
        "above_edge": _state(
            "The peak is above the edge for a part of the run, and the decay brings the loss back.",
            STILL, family="warmup_cosine", T=200, Tw=20, eta_max=4.5e-4, eta_min=3e-5,
        ),
        "lost": _state(
            "The same peak without a decay: it stays above the edge, and the run is lost.",
            STILL, family="constant", T=200, Tw=20, eta_max=4.5e-4,
        ),
        "one_update_of_decay": _state(
            "Tw is T − 1: the one update that is left for the decay uses the peak.",
            BOWL, family="warmup_cosine", T=1000, Tw=999, eta_max=3e-4, eta_min=3e-5,
        ),
        "under_floor": _state(
            "η_min is where the decay ends, and no floor of the ramp: the first rates are below it.",
            BOWL, family="warmup_cosine", T=1000, Tw=500, eta_max=3e-4, eta_min=1e-4,
        ),
        "seed": _state(
            "The run of the page: 10,000 updates, 500 of them warmup, down to a tenth of the peak.",
            BOWL, family="warmup_cosine", T=10_000, Tw=500, eta_max=3e-4, eta_min=3e-5,
        ),
    }
)  # fmt: skip


def show(lab: Lab, key: str) -> None:
    """Put a state on the stage, as one act that `undo` takes back; an unknown one changes nothing."""
    state = STATES.get(key)
    if state:
        lab.jump(state.changes, state.said)
