"""02 Math: every equation, in symbols and with the live values, each symbol in the colour of its slider."""

from collections.abc import Mapping
from functools import cache

from app.lesson.blocks import Block, equation, fold, heading, table, text
from app.model import Lab
from schedules import FAMILIES, SHARED, Family
from schedules.facts import number as in_words
from schedules.formula import Formula, number, typeset
from schedules.optimizers import Adam, HeavyBall
from schedules.problems import Quadratic
from schedules.spec import Value, as_float
from schedules.toy import make_optimizer, make_problem

UPDATES_OF = {
    "sgd": (r"\theta_{t+1} = \theta_t - \eta(t)\, g_t",),
    "momentum": (r"v_{t+1} = \beta\, v_t + g_t", r"\theta_{t+1} = \theta_t - \eta(t)\, v_{t+1}"),
    "adam": (
        r"m_{t+1} = \beta_1 m_t + (1 - \beta_1)\, g_t",
        r"s_{t+1} = \beta_2 s_t + (1 - \beta_2)\, g_t^2",
        r"\theta_{t+1} = \theta_t - \eta(t)\, "
        r"\frac{m_{t+1} / (1 - \beta_1^{t+1})}{\sqrt{s_{t+1} / (1 - \beta_2^{t+1})} + \varepsilon}",
    ),
}


def tint(name: str) -> str:
    """Return the name of a parameter's colour: letters alone, as LaTeX takes them; "own" for what is not shared."""
    return name.replace("_", "").lower() if name in {spec.name for spec in SHARED} else "own"


def coloured(name: str, latex: str) -> str:
    """Return LaTeX in the colour of a parameter."""
    return rf"\textcolor{{{tint(name)}}}{{{latex}}}"


def _symbols(family: Family) -> dict[str, str]:
    return {name: coloured(name, latex) for name, latex in family.symbols.items() if latex}


def _numbers(values: Mapping[str, Value]) -> dict[str, str]:
    """Return the values to put in for the symbols; a power of ten stands in brackets, so that factors stay apart."""
    shown = {name: number(float(value)) for name, value in values.items() if not isinstance(value, str)}
    return {name: coloured(name, rf"\left({latex}\right)" if "^" in latex else latex) for name, latex in shown.items()}


LOGISTIC = (
    r"L(\theta) = \frac{1}{n} \sum_{i} \log\left(1 + e^{-y_i\, \theta \cdot x_i}\right)",
    r"g_t = -\frac{1}{|B_t|} \sum_{i \in B_t} \frac{y_i\, x_i}{1 + e^{\,y_i\, \theta_t \cdot x_i}}",
)


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else in_words(float(value))


class Equations:
    """The rule of the family on the stage in three steps, what training does with it, and all other rules."""

    title = "02 Math"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def act(self, act: str, value: object) -> None:
        """Nothing here has a state of its own."""

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        run = self._lab.run
        family, values = run.family, dict(run.values)
        step = min(self._lab.step, run.lr.size - 1)
        return [
            text(
                "$t$ counts updates from 0, $\\eta(t)$ is the rate that update $t$ uses, and a run has the "
                "updates 0 to $T-1$. Each symbol has the colour of its slider; move one, and its number moves here."
            ),
            heading(family.title),
            _rule("The rule, as the engine runs it:", typeset(family.rule, _symbols(family), values)),
            _rule(
                "The same with the present values put in:", typeset(family.rule, _numbers(values), values, drop=True)
            ),
            _rule("What does not depend on $t$, worked out:", typeset(family.rule, {}, values, fold=True)),
            equation(
                f"At the playhead, update {step:,}:",
                rf"\eta({step}) = {number(float(run.lr[step]))}",
            ),
            equation(
                "On average over the run:",
                rf"\bar\eta = \frac{{1}}{{T}} \sum_{{t=0}}^{{T-1}} \eta(t) = {number(float(run.lr.mean()))}",
            ),
            table(
                "What each symbol stands for",
                ("Symbol", "Slider", "Now"),
                [
                    (
                        f"${coloured(spec.name, spec.symbol)}$" if spec.symbol else "–",
                        spec.label,
                        _shown(values[spec.name]),
                    )
                    for spec in family.params
                ],
            ),
            *self._training(float(run.lr[step])),
            _all_rules(),
        ]

    def _training(self, rate: float) -> list[Block]:
        """Return what an update does with the rate, for the problem and the optimizer of the stage."""
        toy = self._lab.toy
        problem, optimizer = make_problem(toy), make_optimizer(toy)
        kind = "adam" if isinstance(optimizer, Adam) else "momentum" if isinstance(optimizer, HeavyBall) else "sgd"
        blocks = [heading("What an update does with it")]
        blocks.append(equation("", *UPDATES_OF[kind]))
        if not isinstance(problem, Quadratic):
            return [*blocks, equation("The loss is that of logistic regression, and $g_t$ its slope:", *LOGISTIC)]
        sharpness, condition = as_float(toy["sharpness"]), as_float(toy["condition"])
        blocks.append(
            equation(
                "The loss on the stage is a bowl, and $g_t$ its slope with noise of size $\\sigma$:",
                r"L(\theta) = \tfrac{1}{2}\left(\lambda_1 \theta_1^2 + \lambda_2 \theta_2^2\right)",
                rf"\lambda_1 = {number(sharpness)}, \quad \lambda_2 = \frac{{\lambda_1}}{{\kappa}} = "
                rf"{number(sharpness / condition)}, \quad \sigma = {number(as_float(toy['noise']))}",
            )
        )
        if kind == "sgd":
            factor = 1 - rate * sharpness
            sign = ">" if abs(factor) > 1 else "<" if abs(factor) < 1 else "="
            blocks.append(
                equation(
                    "Without noise each direction is multiplied by a factor of its own; at the playhead, in the "
                    "steep one:",
                    r"\theta_1 \mapsto (1 - \eta(t) \lambda_1)\, \theta_1",
                    rf"1 - \eta \lambda_1 = {number(factor)}, \quad \left|1 - \eta \lambda_1\right| {sign} 1",
                )
            )
        edge = optimizer.edge(sharpness)
        if edge is not None:
            plain = kind == "sgd"
            rule = r"\frac{2}{\lambda_1}" if plain else r"\frac{2\,(1+\beta)}{\lambda_1}"
            claim = "edge-of-quadratic" if plain else "edge-of-momentum"
            blocks.append(equation(f"A constant rate above the edge is lost. {{{claim}}}", rf"{rule} = {number(edge)}"))
        return blocks


def _rule(label: str, formula: Formula) -> Block:
    """Return a rule case by case, and what its helping symbols stand for: a panel is too narrow for a brace."""
    cases = [
        (rf"\eta(t) = {latex}", rf"\text{{if }} {condition}" if condition else "") for latex, condition in formula.cases
    ]
    if len(cases) > 1:
        cases[-1] = (cases[-1][0], cases[-1][1] or r"\text{otherwise}")
    return equation(label, *cases, *(f"{symbol} = {latex}" for symbol, latex in formula.where))


@cache
def _all_rules() -> Block:
    rules = [
        _rule(family.title, typeset(family.rule, _symbols(family), _defaults(family))) for family in FAMILIES.values()
    ]
    return fold("The rules of all families", rules)


def _defaults(family: Family) -> dict[str, Value]:
    return {spec.name: spec.default for spec in family.params}
