"""03 Code: the engine's own source, and the few lines of the seed page, run here with what they print."""

import contextlib
import inspect
import io
import textwrap

from app.lesson.blocks import Block, button, buttons, code, heading, output, text
from app.link import exact
from app.model import Lab
from schedules import Run
from schedules.facts import count
from schedules.spec import Value

LONGEST = 100_000  # updates of a Python loop that is run while somebody waits

# The page's own loop, as it was published; what it prints is compared with the engine in the tests.
RULE = """\
import numpy as np

def warmup_cosine(T, Tw, eta_max, eta_min):
    lr = np.zeros(T)
    for t in range(T):
        if t < Tw:
            lr[t] = eta_max * (t + 1) / max(1, Tw)
        else:
            u = (t - Tw) / max(1, T - Tw - 1)
            lr[t] = eta_min + 0.5 * (eta_max - eta_min) * (1 + np.cos(np.pi * u))
    return lr
"""
CALL = """\
lr = warmup_cosine(T={T}, Tw={Tw}, eta_max={eta_max}, eta_min={eta_min})
print("lr[0], lr[Tw], lr[-1]:", lr[0], lr[{Tw}], lr[-1])
print("avg lr:", float(lr.mean()))
"""
FAMILY = "warmup_cosine"  # whose rule the loop is
OTHER = "The loop is a warmup and then a cosine. On the stage is another schedule, so its sliders do not fit the loop."
SEED: dict[str, Value] = {"T": 10_000, "Tw": 500, "eta_max": 3e-4, "eta_min": 3e-5}


def engine_code(run: Run) -> str:
    """Return the rule of the engine itself, as it stands in its source, and the call that has the values of a run."""
    source = textwrap.dedent(inspect.getsource(run.family.rule))
    rule = source[source.index("\ndef ") + 1 :].rstrip()  # without the decorator, which declares the family
    where = "# The rule, from schedules/families.py: the very function that draws the curve."
    return f"{where}\n{rule}\n\n\n{engine_call(run)}"


def engine_call(run: Run) -> str:
    """Return the lines that ask the engine for a curve and print what the rates are."""
    values = "".join(f", {name}={_literal(value)}" for name, value in run.values.items())
    at_warmup = ", lr[Tw]" if run.key_values.at_warmup is not None else ""
    seam = f", lr[{run.values['Tw']}]" if at_warmup else ""
    return (
        f'import schedules\n\nlr = schedules.curve("{run.family.key}"{values})\n'
        f'print("lr[0]{at_warmup}, lr[-1]:", lr[0]{seam}, lr[-1])\n'
        'print("avg lr:", float(lr.mean()))\n'
    )


def snippet(values: dict[str, Value]) -> str:
    """Return the seed page's lines with these values of `T`, `Tw`, `eta_max` and `eta_min`."""
    return f"{RULE}\n{CALL.format(**{name: _literal(value) for name, value in values.items()})}"


def run_snippet(values: dict[str, Value]) -> str:
    """Run the seed page's lines, and return what they print; the values are checked ones of the engine's families.

    Raises:
        ValueError: where the loop would take long, or `lr[Tw]` is beyond the run; the message says what to do.
    """
    T, Tw = int(values["T"]), int(values["Tw"])
    if T > LONGEST:
        raise ValueError(f"A loop over {T:,} updates takes too long here. Set T to at most {LONGEST:,}.")
    if Tw >= T:
        raise ValueError(f"lr[{Tw}] is beyond a run of {count(T, 'update')}. Set Tw below T.")
    return _printed(snippet(values))


def _printed(program: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(program, {})  # noqa: S102 - our own lines, with checked numbers in them
    return out.getvalue()


def _literal(value: Value) -> str:
    return repr(value) if isinstance(value, str) else exact(value)


class Programs:
    """The seed page's loop to run, with its own numbers or with the sliders', and the source of the engine."""

    title = "03 Code"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._ran: tuple[dict[str, Value], str] | None = None  # the values, and what was printed

    def act(self, act: str, value: object) -> None:
        """Run the lines: with the page's own values, or with those of the sliders."""
        if act != "run":
            return
        values = dict(SEED)
        if value == "sliders" and self._lab.family == FAMILY:
            values = {name: self._lab.value_of(name) for name in SEED}
        try:
            self._ran = values, run_snippet(values)
        except ValueError as refused:
            self._ran = values, str(refused)

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        values, printed = self._ran or (SEED, "Not run yet.")
        run = self._lab.run
        return [
            text(
                "A schedule is a few lines. These are the ones that this page began with, a plain loop over the "
                "updates:"
            ),
            code("The loop", snippet(values), copies=True),
            buttons(
                button("Run as it stands on the page", "run", "page", main=True),
                button("Run with the sliders' values", "run", "sliders", disabled=run.family.key != FAMILY),
            ),
            *([] if run.family.key == FAMILY else [text(OTHER, "hint")]),
            output("What it prints", printed),
            text(
                "With a warmup the first rate is η_max/Tw and not 0, the peak is used by the updates Tw − 1 and Tw, "
                "and the last rate is η_min to the last bit. {peak-twice}"
            ),
            heading(f"The engine: {run.family.title}"),
            text(
                "The lab draws the same rule for all updates at once. This is read from its source for the family on "
                "the stage; the tab [Code](tab:code) has what it prints, and the same curve for PyTorch, optax, Keras, "
                "Hugging Face and timm."
            ),
            code("The rule and the present call", engine_code(run), copies=True),
            output("What the call prints", _printed(engine_call(run))),
        ]
