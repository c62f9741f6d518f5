"""Worked starting points: states worth seeing, each with the reason to see it."""

from dataclasses import dataclass

from app.model import Case


@dataclass(frozen=True)
class Preset:
    """A named state: what it is called, why to look at it, and the curve it shows."""

    key: str
    title: str
    why: str
    case: Case


def _preset(key: str, title: str, why: str, family: str, **values: float | str) -> Preset:
    return Preset(key, title, why, Case(family, tuple(values.items())))


PRESETS = (
    _preset(
        "seed",
        "The page's own run",
        "10,000 updates, 500 of them warmup, down to a tenth of the peak.",
        "warmup_cosine",
        T=10_000,
        Tw=500,
        eta_max=3e-4,
        eta_min=3e-5,
    ),
    _preset(
        "short",
        "A short run, update by update",
        "200 updates, few enough to see each one; the peak is used twice.",
        "warmup_cosine",
        T=200,
        Tw=20,
        eta_max=3e-4,
        eta_min=3e-5,
    ),
    _preset(
        "sgdr",
        "SGDR with doubling cycles",
        "The paper's T0 = 10 and Tmult = 2 with one update for each of 200 epochs: restarts at 10, 30, 70 and 150.",
        "sgdr",
        T=200,
        Tw=0,
        eta_max=0.05,
        eta_min=0.0,
        cycle_length=10,
        restart_mult=2.0,
    ),
    _preset(
        "cifar10",
        "Smith's triangle for CIFAR-10",
        "Between 0.001 and 0.006 with cycles of 4,000 iterations, as in the paper's first figure.",
        "triangular",
        T=12_000,
        eta_max=0.006,
        eta_min=0.001,
        cycle_length=4_000,
    ),
    _preset(
        "range",
        "A range test",
        "From 0 to 0.02 within 8 epochs of 500 iterations: where does learning start, where does it break?",
        "range_test",
        T=4_000,
        eta_max=0.02,
        eta_min=0.0,
        sweep="linear",
    ),
    _preset(
        "above_edge",
        "A peak above the edge",
        "Some rates are above 2/λ: with the usual sharpness the loss climbs, and the decay brings it back.",
        "warmup_cosine",
        T=200,
        Tw=20,
        eta_max=4.5e-4,
        eta_min=3e-5,
    ),
    _preset(
        "lost",
        "A constant rate above the edge",
        "The same peak without a decay: with the usual sharpness each update makes it worse, and the run is lost.",
        "constant",
        T=200,
        Tw=20,
        eta_max=4.5e-4,
    ),
    _preset(
        "endless_warmup",
        "Odd: a warmup longer than the run",
        "Tw is more than T: the run ends before the peak, and the decay never begins.",
        "warmup_cosine",
        T=1_000,
        Tw=1_500,
        eta_max=3e-4,
        eta_min=3e-5,
    ),
    _preset(
        "ends_at_peak",
        "Odd: a run that ends at its peak",
        "Tw is T − 1: one update is left for the decay, and it uses the peak.",
        "warmup_cosine",
        T=1_000,
        Tw=999,
        eta_max=3e-4,
        eta_min=3e-5,
    ),
)
