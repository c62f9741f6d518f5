"""What a note can be about: an equation, a line of code, a claim, a source, an exercise, a misconception, the stage.

Each subject brings the evidence that there is for it. What is of the stage is kept apart from the rest, since it may
not be shown while a prediction is open.
"""

import ast
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.claims import CLAIMS, Claim
from app.link import exact
from app.practice.bank import EXERCISES, NUMBERED
from schedules import SOURCES, Family, Run
from schedules.mistakes import MISTAKES, Mistake
from schedules.rule import names_in, tree_of

KINDS: Mapping[str, str] = {
    "stage": "The present stage",
    "equation": "Equation",
    "code": "Line of code",
    "claim": "Claim",
    "misconception": "Misconception",
    "exercise": "Exercise",
    "source": "Source",
}
CONTRADICTED = ("cycling-always-wins", "decay-explains-cycles", "convergence-guaranteed", "best-schedule")

WARMUP = "warmup"  # a phase that neither of the two papers has
RAMP = ("Claim: " + CLAIMS["warmup-ramp"].sentence, f"Exercise E1: {EXERCISES['E1'].title}")

# The exercise that comes nearest to a family, or to a claim.
NEAR_FAMILY: Mapping[str, str] = {
    **{"constant": "E19", "warmup_cosine": "E8", "warmup_linear": "E6", "inverse_sqrt": "E11", "step": "E12"},
    **{"exponential": "E12", "polynomial": "E12", "sgdr": "E15", "triangular": "E13", "triangular2": "E14"},
    **{"exp_range": "E14", "one_cycle": "E37", "wsd": "E37", "range_test": "E23"},
}
NEAR_CLAIM: Mapping[str, str] = {
    **{"too-low-too-high": "E19", "cycling-between-bounds": "E13", "range-test": "E23", "shrinking-cycles": "E14"},
    **{"restart-makes-worse": "E18", "cosine-within-run": "E16", "longer-runs-anytime": "E17", "warmup-ramp": "E1"},
    **{"warmup-then-decay": "E4", "best-schedule": "E37", "edge-of-quadratic": "E19", "rate-sets-noise-floor": "E30"},
    **{"order-of-rates": "E27", "warmup-costs-when-safe": "E33", "sum-of-rates": "E36", "winner-changes": "E37"},
}


@dataclass(frozen=True)
class Subject:
    """Something exact to ask about.

    Attributes:
        key: Its name among those of its kind.
        title: What it is called in a list.
        detail: What it says: a formula, a line, a statement; "" if the title is all.
        evidence: What to look at, a line each.
    """

    key: str
    title: str
    detail: str
    evidence: tuple[str, ...]


def standing_subjects() -> dict[str, list[Subject]]:
    """Return the subjects that are the same whatever is on the stage, by kind."""
    return {
        "claim": [_claim(claim) for claim in CLAIMS.values()],
        "misconception": [*(_claim(CLAIMS[key]) for key in CONTRADICTED), *map(_mistake, MISTAKES.values())],
        "exercise": [
            Subject(key, f"{key}. {EXERCISES[key].title}", "", (f"Practice, exercise {key}", EXERCISES[key].status))
            for key in NUMBERED
        ],
        "source": [
            Subject(key, source.title, f"{source.authors} ({source.year})", (source.identifier, source.url))
            for key, source in SOURCES.items()
        ],
    }


def _mistake(mistake: Mistake) -> Subject:
    threads = ", ".join(thread.name for thread in mistake.threads)
    evidence = (f"Lesson, What goes wrong: {mistake.title}", threads)
    return Subject(mistake.key, f"{mistake.library}: {mistake.title}", mistake.cure, evidence)


def stage_subjects(run: Run) -> dict[str, list[Subject]]:
    """Return the subjects that the live curve has, by kind."""
    family = run.family
    around = (*_sources(family), _exercise(NEAR_FAMILY[family.key]))
    values = ", ".join(f"{name} = {exact(value)}" for name, value in run.values.items())
    cases = [
        Subject(
            f"{family.key}-{number}",
            f"{family.title}: {phase.name}",
            f"η(t) = {expression}",
            (line, *(RAMP if phase.name == WARMUP else around)),
        )
        for number, (phase, (expression, line)) in enumerate(zip(family.phases, _returns(family), strict=True))
    ]
    lines = [
        Subject(f"{family.key}-{number}", f"Line {number}: {text}", text, (f"Equation of {family.title}", *around))
        for number, text in enumerate(rule_lines(family), start=1)
    ]
    return {
        "stage": [Subject(family.key, family.title, values, around)],
        "equation": cases,
        "code": lines,
    }


def rule_lines(family: Family) -> list[str]:
    """Return the lines of a family's rule as they stand in its source, without its docstring."""
    source = textwrap.dedent(inspect.getsource(family.rule))
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)  # noqa: S101 - a family is declared by a function
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body
    lines = source.splitlines()[body[0].lineno - 1 :]
    return [line.strip() for line in lines if line.strip()]


def _returns(family: Family) -> list[tuple[str, str]]:
    """Return what each `return` of a rule gives, with what it uses, and the line that it stands on."""
    nodes = list(ast.walk(tree_of(family.rule)))
    found = [(node.lineno, node.value) for node in nodes if isinstance(node, ast.Return) and node.value]
    helpers = [node for node in nodes if isinstance(node, ast.Assign)]
    told = []
    for _line, value in sorted(found, key=lambda place: place[0]):
        used = names_in(value)
        where = [ast.unparse(node) for node in helpers if any(used & names_in(target) for target in node.targets)]
        expression = ast.unparse(value) + (f", where {'; '.join(where)}" if where else "")
        told.append((expression, f"Code: return {ast.unparse(value)}"))
    return told


def _sources(family: Family) -> list[str]:
    return [f"Source: {SOURCES[key].title} ({SOURCES[key].identifier})" for key in family.sources]


def _exercise(key: str) -> str:
    return f"Exercise {key}: {EXERCISES[key].title}"


def _claim(claim: Claim) -> Subject:
    evidence: Sequence[str] = (f"Holds for: {claim.scope}", f"Does not show: {claim.not_shown}")
    if claim.source:
        evidence = (f"Source: {SOURCES[claim.source].title}, {claim.section}", *evidence)
    if claim.key in NEAR_CLAIM:
        evidence = (*evidence, _exercise(NEAR_CLAIM[claim.key]))
    return Subject(claim.key, claim.sentence, f"Status: {claim.status}", tuple(evidence))
