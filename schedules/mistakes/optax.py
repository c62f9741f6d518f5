"""What goes wrong with optax's schedules."""

import numpy as np

from schedules.mistakes.mistake import Array, Mistake, at, cosine, in_lines, last_step, threads, warmed_up


def _warmup_twice(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    length = max(1, T - 2 * Tw)
    return warmed_up(T, Tw, eta_max, lambda k: cosine(np.minimum(1, k / length), eta_max, eta_min))


def _from_one(T: int, Tw: int, **values: float) -> Array:
    return at("polynomial", np.minimum(np.arange(1, T + 1), last_step(T, Tw)), {"T": T, "Tw": Tw, **values})


MISTAKES = (
    Mistake(
        key="warmup-twice",
        title="Does decay_steps include the warmup?",
        label="with its warmup taken off twice",
        library="optax",
        threads=threads("google-deepmind/optax#835 google-deepmind/optax!1032 marin-community/levanter!124"),
        story=(
            "A warmup of 200 updates and a cosine to the end of 600 were wanted. The warmup was taken off the length "
            "twice, and the rate is at its floor from update 400 on. In optax the same name, decay_steps, includes the "
            "warmup in one schedule and not in another; Levanter's configuration subtracted it twice in this way."
        ),
        cure="A joined schedule counts from its join, so its length is what is left of the run there.",
        family="warmup_cosine",
        values={"T": 600, "Tw": 200, "eta_max": 0.1, "eta_min": 0.005},
        made=_warmup_twice,
        code=in_lines("""
import optax

steps, warmup_steps = 600, 200
warmup = optax.linear_schedule(0.1 / warmup_steps, 0.1, warmup_steps - 1)
decay_steps = steps - warmup_steps - warmup_steps
decay = optax.cosine_decay_schedule(0.1, decay_steps, alpha=0.05)
schedule = optax.join_schedules([warmup, decay], [warmup_steps])
rates = [float(schedule(count)) for count in range(steps)]
"""),
        wrong="decay_steps = steps - warmup_steps - warmup_steps",
        fixed_line="decay_steps = steps - warmup_steps - 1",
    ),
    Mistake(
        key="count-from-one",
        title="A count that starts at one",
        label="counted from 1",
        library="optax",
        threads=threads("google-deepmind/optax#415 google-deepmind/optax!1744"),
        story=(
            "The first update was to use the schedule's first rate. It is read at count 1, so that the peak is never "
            "used and the last update, at rate 0, does nothing. optax's inject_hyperparams once counted like this, "
            "against its own scale_by_schedule; an open pull request says that schedule_free still does."
        ),
        cure="An optax schedule is a function of how many updates were made before: the first count is 0.",
        family="polynomial",
        values={"T": 20, "Tw": 0, "eta_max": 0.1, "eta_min": 0.0, "power": 1.0},
        made=_from_one,
        code=in_lines("""
import optax

updates = 20
schedule = optax.linear_schedule(0.1, 0.0, transition_steps=updates)
rates = []
for count in range(1, updates + 1):
    rates.append(float(schedule(count)))
"""),
        wrong="for count in range(1, updates + 1):",
        fixed_line="for count in range(updates):",
    ),
)
