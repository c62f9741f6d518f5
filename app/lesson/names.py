"""The glossary: what six libraries call the same thing, and where the same word means another one."""

from app.lesson.blocks import Block, heading, points, table, text
from app.model import Lab
from schedules import SHARED

LIBRARIES = ("PyTorch", "optax", "Keras", "Hugging Face", "timm", "fastai")

VERSIONS = "As in PyTorch 2.13, optax 0.2.8, Keras 3.15, transformers 5.24, timm 1.0.31 and fastai 2.8."
ROWS: dict[str, tuple[str, ...]] = {
    "T": (
        "`total_steps` (OneCycleLR), `T_max` (cosine: intervals, without the warmup)",
        "`decay_steps` (with the warmup), `transition_steps`",
        "`decay_steps` (without the warmup)",
        "`num_training_steps` (with the warmup)",
        "`t_initial` (with the warmup, unless `warmup_prefix`)",
        "`n_epoch` times batches",
    ),
    "Tw": (
        "`total_iters` of LinearLR, `milestones` of SequentialLR",
        "`warmup_steps`",
        "`warmup_steps`",
        "`num_warmup_steps`",
        "`warmup_t`",
        "`pct_start`, a share of the run",
    ),
    "eta_max": (
        "`lr` of the optimizer, `max_lr` (CyclicLR, OneCycleLR)",
        "`peak_value`, `init_value`",
        "`initial_learning_rate`, `warmup_target`",
        "`lr` of the optimizer",
        "`lr` of the optimizer",
        "`lr_max`",
    ),
    "eta_min": (
        "`eta_min`, `base_lr` (CyclicLR): rates",
        "`end_value`: a rate; `alpha`: a share of the peak",
        "`alpha`: a share of the peak; `end_learning_rate`: a rate",
        "`min_lr`: a rate; `min_lr_rate`: a share; `lr_end`: a rate",
        "`lr_min`: a rate",
        "`div_final`: the peak over it",
    ),
    "cycle_length": (
        "`T_0`; `step_size_up` is half of it",
        "`decay_steps` of each part of sgdr_schedule",
        "`first_decay_steps`",
        "the rest of the run over `num_cycles`",
        "`t_initial`",
        "`cycle_len`, in epochs",
    ),
    "restart_mult": (
        "`T_mult`, whole numbers",
        "none: each length is given",
        "`t_mul`, 2 unless given",
        "none",
        "`cycle_mul`, with `cycle_limit` for how many",
        "`cycle_mult`",
    ),
}
CLOCKS = (
    "One step of the scheduler after each update",
    "a function of the count of updates, from 0",
    "a function of the count of updates, from 0",
    "one step of the scheduler after each update",
    "`step_update(t + 1)` after update t, or `step` after each epoch",
    "called before each batch with the share of training done",
)


class Names:
    """One table a parameter would be too much to read; one for all of them is for looking up."""

    title = "Names"

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def act(self, act: str, value: object) -> None:
        """Nothing here has a state of its own."""

    def blocks(self) -> list[Block]:
        """Return what the section shows."""
        blocks: list[Block] = [
            text(
                "The same six numbers go by many names. The tab [Code](tab:code) puts the present curve into "
                "each of these."
            ),
        ]
        blocks.append(text(VERSIONS, "hint"))
        for spec in SHARED:
            blocks += [
                heading(spec.label),
                text(spec.doc, "hint"),
                table(
                    f"{spec.label} in six libraries",
                    ("Library", "Name"),
                    list(zip(LIBRARIES, ROWS[spec.name], strict=True)),
                ),
            ]
        return [
            *blocks,
            heading("The clock"),
            table("What moves the schedule on", ("Library", "How"), list(zip(LIBRARIES, CLOCKS, strict=True))),
            heading("Same word, other thing"),
            points(
                [
                    "`decay_steps` counts the warmup in optax and does not in Keras.",
                    "A milestone at update 30 is first used by update 30 in PyTorch and optax, by 31 in Keras, "
                    "and by 29 in timm.",
                    "A length of $T$ puts the minimum at $t = T$, which a run of $T$ updates never uses; "
                    "$T - 1$ ends on it.",
                    "`alpha` is a share of the peak in optax and Keras; `eta_min` and `lr_min` are rates.",
                    "A cosine goes on at its minimum in optax, Keras and timm after its end, and climbs again "
                    "in PyTorch and Hugging Face.",
                ]
            ),
        ]
