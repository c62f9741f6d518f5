"""E37 and E38: which schedule wins, and what a paper supports."""

from typing import Any

import numpy as np

from app.claims import CHECKED, CLAIMS, COMPUTED, SGDR, SMITH, UNCHECKED, Claim
from app.practice.forms import Choice
from app.practice.question import Draw, Line, Picture, Question, WrongModel, exercise
from app.practice.toy import CONDITION, TOP, losses, on_stage, settled_loss, trained
from schedules import SGD, SOURCES, Quadratic
from schedules.contest import CONTESTANTS, Contest, over_lengths
from schedules.facts import number

FLAT = TOP / CONDITION
PEAK = 2 / (TOP + FLAT)  # the constant rate that shrinks the slowest direction fastest
CLEAR = 1.03  # times the winner's loss: what the second must have at least
LEAST = 1e-40  # a loss that is worth being shown


def _contest(noise: float, T: int) -> Contest:
    return over_lengths(Quadratic(TOP, CONDITION), SGD(), PEAK, [noise], [T])


HABITS = ("cosine", "constant", "warmup_cosine")


def _habit(key: str, T: int) -> WrongModel:
    """Return the way of thinking that leads to a contestant, whether or not it wins."""
    return {
        "cosine": WrongModel(
            "cosine, whatever the case",
            "It takes the shape that is used most for the one that ends lowest.",
            "A cosine gives up half the sum of the rates for quiet at the end, which does not pay in every case.",
            lambda: "cosine",
        ),
        "constant": WrongModel(
            "the larger the sum of the rates, the better",
            "It counts only how much of the start is forgotten.",
            "Once the start is forgotten, what is left is noise, and a high last rate leaves much of it.",
            lambda: max(CONTESTANTS, key=lambda each: float(CONTESTANTS[each].curve(T, PEAK).sum())),
        ),
        "warmup_cosine": WrongModel(
            "a warmup belongs to every run",
            "It takes a warmup for safer and so for better.",
            "This peak is below the edge from the first update on; the warmup only takes time from the rest.",
            lambda: "warmup_cosine",
        ),
    }[key]


def _draw_contest(draw: Draw) -> dict[str, Any]:
    while True:
        noise, T = draw.one_of(0.0, 0.01, 0.03, 0.3, 1.0), draw.one_of(20, 30, 50, 100, 200, 400, 1_000)
        contest = _contest(noise, T)
        if contest.margin(0, 0) >= CLEAR:
            others = [key for key in HABITS if key != contest.winner(0, 0).key]
            return {"noise": noise, "T": T, "habits": tuple(others[:2])}


@exercise("E37", "judgement", "Who wins", _draw_contest, surprising=True)
def winner(noise: float, T: int, habits: tuple[str, ...]) -> Question:
    """Ask which of six schedules of equal peak ends at the lowest expected loss."""

    def parts(key: str) -> tuple[float, float]:
        """Return what the start and what the noise leave of the expected loss of a schedule."""
        end = trained(CONTESTANTS[key].curve(T, PEAK), noise=noise)
        return float(end.bias[0, -1]), float(end.loss[0, -1] - end.bias[0, -1])

    def told(key: str) -> str:
        start, rest = (number(part, 3) for part in parts(key))
        return f"{CONTESTANTS[key].title} ends with {start} left of the start and {rest} of noise."

    def together() -> Picture:
        steps = np.arange(T + 1, dtype=np.float64)
        return Picture(
            "updates made",
            "expected loss",
            tuple(
                Line(entry.title, steps, np.maximum(losses(entry.curve(T, PEAK), noise=noise), LEAST))
                for entry in CONTESTANTS.values()
            ),
            log_y=True,
        )

    def because() -> str:
        loss = _contest(noise, T).loss[:, 0, 0]
        ranked = sorted(zip(loss.tolist(), CONTESTANTS.values(), strict=True), key=lambda pair: pair[0])
        start, rest = parts(ranked[0][1].key)
        listed = ", ".join(f"{entry.title} {number(end, 3)}" for end, entry in ranked)
        rules = "what is left of the start rules" if start > rest else "noise rules"
        return (
            f"By final loss: {listed}. In the lowest, {rules}: {number(start, 3)} is left of the start and "
            f"{number(rest, 3)} of noise. Other noise or another T may have another winner."
        )

    return Question(
        ask=(
            f"SGD makes T = {T:,} updates on a bowl of sharpness λ = {number(TOP)} and condition number "
            f"κ = {number(CONDITION)}, from (1, 1), with gradient noise σ = {number(noise)}. Six schedules have the "
            f"same peak of {number(PEAK, 3)}: constant; cosine to 0; linear to 0; inverse square root without warmup; "
            "one step down to a tenth half-way; a warmup over a tenth of the run and then a cosine to 0. Which of them "
            "ends at the lowest expected loss?"
        ),
        form=Choice({key: entry.title for key, entry in CONTESTANTS.items()}),
        truth=lambda: _contest(noise, T).winner(0, 0).key,
        wrong=tuple(_habit(key, T) for key in habits),
        nudges=(
            "The final loss has two parts: what is left of the start, and noise. Which of them will rule here?",
            "The sum of the rates gets rid of the start; low rates at the end get rid of noise, if they last.",
            f"in the flat direction the constant rate leaves (1 − {number(PEAK * FLAT, 3)})^{T:,} = __ of the start",
        ),
        worked=lambda: (
            f"At the constant peak, noise alone would settle at a loss of "
            f"{number(float(settled_loss(PEAK, TOP, noise, CONDITION)[0]), 3)}.",
            told("constant"),
            told("cosine"),
        ),
        because=because,
        terms=("noise", "start", "sum", "bias", "floor", "time", "last rate", "end"),
        near=("E29", "E31", "E36"),
        stage=on_stage("warmup_cosine", noise=noise, **CONTESTANTS["cosine"].values(T, PEAK)),
        compare=tuple(
            (entry.family, entry.values(T, PEAK))
            for key, entry in CONTESTANTS.items()
            if key not in ("cosine", "warmup_cosine")
        ),
        picture=together,
    )


OTHER = {SMITH: SGDR, SGDR: SMITH}
GENERAL = ("rate-matters", "too-low-too-high")  # what any paper on rates could say
ALIKE = ("cycling-between-bounds", "harm-now-gain-later", "restart-makes-worse")  # what the other paper has as well
STAGES: dict[str, dict[str, Any]] = {
    SMITH: {"family": "triangular", "T": 12_000, "eta_max": 6e-3, "eta_min": 1e-3, "cycle_length": 4_000},
    SGDR: {
        "family": "sgdr",
        "T": 7_000,
        "Tw": 0,
        "eta_max": 0.05,
        "eta_min": 0.0,
        "cycle_length": 1_000,
        "restart_mult": 2.0,
    },
}


def _supported(source: str) -> list[str]:
    """Return the keys of what a paper says of its own subject."""
    return [key for key, claim in CLAIMS.items() if _supports(claim, source) and key not in GENERAL]


def _supports(claim: Claim, source: str) -> bool:
    return claim.status == CHECKED and claim.source == source


def _draw_claims(draw: Draw) -> dict[str, Any]:
    source = draw.one_of(SMITH, SGDR)
    unchecked = [key for key, claim in CLAIMS.items() if claim.status == UNCHECKED and claim.source == source]
    warmups = [
        key for key, claim in CLAIMS.items() if "warmup" in claim.sentence and claim.status not in (CHECKED, COMPUTED)
    ]
    return {
        "source": source,
        "supported": draw.one_of(*_supported(source)),
        "of_other": draw.one_of(*(key for key in _supported(OTHER[source]) if key not in ALIKE)),
        "mentioned": draw.one_of(*unchecked),
        "on_warmup": draw.one_of(*warmups),
    }


@exercise("E38", "judgement", "What a paper supports", _draw_claims, status=CHECKED)
def claim_of_paper(source: str, supported: str, of_other: str, mentioned: str, on_warmup: str) -> Question:
    """Ask which of four claims a paper supports, by the table of claims."""
    paper, options = SOURCES[source], sorted((supported, of_other, mentioned, on_warmup))

    def truth() -> str:
        return next(key for key in options if _supports(CLAIMS[key], source))

    def because() -> str:
        claim, other = CLAIMS[truth()], CLAIMS[of_other]
        return (
            f"It stands in the paper: {claim.section}. Scope: {claim.scope} Left open: {claim.not_shown} "
            f"“{other.sentence}” is from {SOURCES[other.source].title}, {other.section}."
        )

    return Question(
        ask=(
            f"{paper.authors}, “{paper.title}” ({paper.year}). Which of these sentences does the paper itself support, "
            "by what it defines, tries out or reports?"
        ),
        form=Choice({key: CLAIMS[key].sentence for key in options}),
        truth=truth,
        wrong=(
            WrongModel(
                "a paper on cycles supports warmup",
                "It takes any rate that rises for a warmup.",
                "Both papers raise the rate again and again; neither has a warmup at the start of training.",
                lambda: on_warmup,
            ),
            WrongModel(
                "what a paper speaks of, it supports",
                "It takes an explanation, a plan or a popular reading for a result.",
                CLAIMS[mentioned].not_shown,
                lambda: mentioned,
            ),
            WrongModel(
                "both papers on cycles support the same",
                "It takes the two papers for one.",
                f"This sentence is from the other one, {SOURCES[OTHER[source]].title}.",
                lambda: of_other,
            ),
        ),
        nudges=(
            "Which kind of schedule does the title name?",
            "A paper may define a thing, try it, explain it, or leave it to others. Explaining alone supports nothing.",
            "without warmup and mere explanations two sentences are left, and the title speaks of __",
        ),
        worked=lambda: (
            f"“{CLAIMS[on_warmup].sentence}” {CLAIMS[on_warmup].not_shown}",
            f"“{CLAIMS[mentioned].sentence}” {CLAIMS[mentioned].not_shown}",
            f"Of the two that are left, one is from a paper called “{SOURCES[OTHER[source]].title}”.",
        ),
        because=because,
        terms=("defin", "report", "test", "section", "scope", "restart", "cycl", "range test", "title", "cosine"),
        near=("E13", "E15", "E18"),
        stage=STAGES[source],
    )
