"""The settings of the toy optimiser: what can be chosen, by the names that controls and links use."""

from collections.abc import Mapping
from typing import Any

from schedules.optimizers import SGD, Adam, HeavyBall, Optimizer
from schedules.problems import BATCH, Logistic, Problem, Quadratic
from schedules.spec import ParamSpec

# With the seed page's peak of 3e-4 this stands at three quarters of the edge, 2/λ = 4e-4.
SHARPNESS = ParamSpec(
    "sharpness",
    "Sharpness",
    5000.0,
    (1e-3, 1e8),
    r"\lambda_{\max}",
    "",
    "log",
    "Curvature of the loss in its steepest direction; rates above 2 divided by it diverge under SGD.",
    "number",
    reach=(1.0, 1e5),
)
CONDITION = ParamSpec(
    "condition",
    "Condition number",
    100.0,
    (1.0, 1e6),
    r"\kappa",
    "",
    "log",
    "How many times steeper the steepest direction is than the flattest.",
    "number",
    reach=(1.0, 1e4),
)
NOISE = ParamSpec(
    "noise",
    "Gradient noise",
    30.0,
    (0.0, 1e8),
    r"\sigma",
    "",
    "log",
    "Standard deviation of the noise in each coordinate of the gradient.",
    "number",
    reach=(0.01, 1e4),
)
BETA = ParamSpec(
    "beta",
    "Momentum beta",
    0.9,
    (0.0, 0.9999),
    r"\beta",
    "",
    "near_one",
    "Share of the velocity, or of Adam's average gradient, that an update keeps.",
    "number",
    reach=(0.0, 0.999),
)
START_SHARP = ParamSpec(
    "start_sharp",
    "Start, sharp",
    1.0,
    (-1e3, 1e3),
    r"\theta_1",
    "",
    "linear",
    "Where the run starts, in the steep direction; the minimum is at 0.",
    "number",
    reach=(-2.0, 2.0),
)
START_FLAT = ParamSpec(
    "start_flat",
    "Start, flat",
    1.0,
    (-1e3, 1e3),
    r"\theta_2",
    "",
    "linear",
    "Where the run starts, in the flat direction; the minimum is at 0.",
    "number",
    reach=(-2.0, 2.0),
)
RUN_SEED = ParamSpec(
    "seed",
    "Seed",
    0,
    (0, 999_999),
    "s",
    "",
    "linear",
    "Decides the noise of the single runs, the same for all schedules.",
    "steps",
    reach=(0, 99),
)
GOAL = ParamSpec(
    "goal",
    "Goal, share of start",
    0.01,
    (1e-12, 1.0),
    r"\varepsilon",
    "",
    "log",
    "The ranking counts the updates until the expected loss is down to this share of the loss at the start.",
    "number",
    reach=(1e-6, 0.9),
)
PROBLEM = ParamSpec(
    "problem",
    "Problem",
    "quadratic",
    (),
    "",
    "",
    "linear",
    "What is trained.",
    "choice",
    choices=("quadratic", "logistic"),
)
OPTIMIZER = ParamSpec(
    "optimizer",
    "Optimizer",
    "sgd",
    (),
    "",
    "",
    "linear",
    "How gradients become updates.",
    "choice",
    choices=("sgd", "momentum", "adam"),
)
CLASSES = ParamSpec(
    "classes",
    "Classes",
    "overlapping",
    (),
    "",
    "",
    "linear",
    "Whether a line can part the two classes.",
    "choice",
    choices=("overlapping", "separable"),
)
BATCHES = ParamSpec(
    "batch",
    "Batch",
    "minibatch",
    (),
    "",
    "",
    "linear",
    f"All points in each update, or {BATCH} drawn by chance.",
    "choice",
    choices=("full", "minibatch"),
)

TOY: tuple[ParamSpec, ...] = (
    PROBLEM,
    OPTIMIZER,
    SHARPNESS,
    CONDITION,
    NOISE,
    BETA,
    CLASSES,
    BATCHES,
    START_SHARP,
    START_FLAT,
    RUN_SEED,
    GOAL,
)
TITLES: Mapping[str, str] = {
    "quadratic": "Quadratic bowl",
    "logistic": "Logistic regression",
    "sgd": "SGD",
    "momentum": "Momentum (heavy ball)",
    "adam": "Adam",
    "overlapping": "Overlapping",
    "separable": "Separable by a line",
    "full": "All points",
    "minibatch": f"Minibatches of {BATCH}",
}


def make_problem(values: Mapping[str, Any]) -> Problem:
    """Return the problem that checked settings ask for."""
    if values["problem"] == "logistic":
        batch = BATCH if values["batch"] == "minibatch" else 0
        return Logistic(values["sharpness"], values["condition"], values["classes"], batch)
    start = (values["start_sharp"], values["start_flat"])
    return Quadratic(values["sharpness"], values["condition"], values["noise"], start)


def make_optimizer(values: Mapping[str, Any]) -> Optimizer:
    """Return the optimizer that checked settings ask for."""
    if values["optimizer"] == "momentum":
        return HeavyBall(values["beta"])
    return Adam(values["beta"]) if values["optimizer"] == "adam" else SGD()


def why_unused(name: str, values: Mapping[str, Any]) -> str:
    """Return why a setting has no effect beside the others, else ""."""
    quadratic = values["problem"] == "quadratic"
    if name in ("noise", "start_sharp", "start_flat") and not quadratic:
        noise = "the noise here comes from the minibatches" if name == "noise" else "this problem starts at 0"
        return f"Not used: {noise}."
    if name in ("classes", "batch") and quadratic:
        return "Not used: the quadratic has no data."
    if name == "beta" and values["optimizer"] == "sgd":
        return "Not used: plain SGD keeps no velocity."
    if name == "seed" and not make_problem(values).random:
        return "Not used: without noise every run is the same."
    return ""
