"""What is claimed about schedules, and how well each claim is sourced: one table for badges, sources and exercises.

Two papers have been read for it from end to end: Smith on cyclical rates (version 6) and SGDR (version 5). What neither
of them defines, runs or reports is not source-checked, however widely it is believed. That goes for warmup, Adam, the
inverse square root, the edge of stability and which schedule is best.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CHECKED, COMPUTED, TEACHING, UNCHECKED = "source-checked", "computed here", "teaching pattern", "not checked"
STATUSES = (CHECKED, COMPUTED, TEACHING, UNCHECKED)

SMITH = "smith-2015-cyclical-learning-rates"
SGDR = "loshchilov-2016-sgdr"
SEED = "continuous-function-schedules"
REVIEW = "Claim Review"


@dataclass(frozen=True)
class Claim:
    """A statement that can be true or false, with what stands behind it.

    Attributes:
        key: Its name in links and tests, in kebab-case.
        sentence: What is claimed.
        status: One of `STATUSES`. "source-checked" means that the source itself says, defines or reports it.
        source: A key of `schedules.SOURCES`: what it was checked against, or what speaks of it; "" if computed here.
        section: Where in the source; "" without one.
        scope: What it holds for, or was seen in.
        not_shown: What it does not show, or why it is not checked.
    """

    key: str
    sentence: str
    status: str
    source: str
    section: str
    scope: str
    not_shown: str


_CLAIMS = (
    Claim(
        "rate-matters",
        "Among the settings of training, the learning rate is one of the first to tune.",
        CHECKED,
        SMITH,
        "abstract, §1",
        "Training deep networks by gradient descent; the paper states it as known.",
        "It measures no other setting beside the rate.",
    ),
    Claim(
        "too-low-too-high",
        "A rate that is too low makes training slow, and one that is too high makes it diverge.",
        CHECKED,
        SMITH,
        "§1",
        "Training deep networks by gradient descent; the paper refers to Bengio for it.",
        "It does not say where too low ends and too high begins.",
    ),
    Claim(
        "cycling-between-bounds",
        "The rate may go up and down between a lower and an upper bound for as long as training lasts.",
        CHECKED,
        SMITH,
        "§3.1",
        "The definition of cyclical rates, tried with image classifiers on CIFAR and ImageNet.",
        "That it can be done does not make it better than a rate that only falls.",
    ),
    Claim(
        "shape-of-cycle",
        "Whether the rate swings in a triangle, a parabola or a sine makes little difference.",
        CHECKED,
        SMITH,
        "§3.1",
        "The windows that the paper tried; it kept the triangle for its simplicity.",
        "No figures are given for the others, and a half cosine that jumps back is not among them.",
    ),
    Claim(
        "harm-now-gain-later",
        "To raise the rate can do harm for a while and still pay in the end.",
        CHECKED,
        SMITH,
        "§1, §3.1",
        "An observation from the paper's own runs.",
        "Nothing is proved, and nothing is said of convex problems.",
    ),
    Claim(
        "crossing-saddles",
        "High rates help since they take training across the plateaus of saddle points faster.",
        UNCHECKED,
        SMITH,
        "§3.1",
        "An intuition, borrowed from Dauphin and others.",
        "The paper offers it as a reason for what it sees, and does not test it.",
    ),
    Claim(
        "range-test",
        "A short run under a linearly rising rate shows, by its accuracy, between which bounds to cycle.",
        CHECKED,
        SMITH,
        "§3.3",
        "Reading two bounds by eye: where accuracy begins to rise, and where it slows, gets ragged or falls.",
        "Reading the loss over an exponential sweep is later practice, and the bounds are not shown to be optimal.",
    ),
    Claim(
        "length-of-cycle",
        "Half a cycle should last two to ten epochs, and training should stop at the end of a cycle.",
        CHECKED,
        SMITH,
        "§3.2",
        "Advice from experience, together with at least three cycles.",
        "It comes from a few networks; the paper finds results rather indifferent to the exact length.",
    ),
    Claim(
        "shrinking-cycles",
        "Cycles can shrink: by half after each of them, or with bounds that decline exponentially.",
        CHECKED,
        SMITH,
        "§3.1",
        "The definitions of triangular2 and exp_range in the words of the paper.",
        "Common code differs for exp_range: it shrinks the height above a fixed lower bound.",
    ),
    Claim(
        "cycling-always-wins",
        "Cyclical rates beat every fixed rate, and Adam as well.",
        UNCHECKED,
        SMITH,
        "Tables 3 and 4",
        "Cyclical rates won in several of the paper's runs.",
        "The paper also reports the opposite: Adam got to 81.4 percent at a fixed rate and to 81.1 with cycles after "
        "as many updates, and stochastic depth to 94.6 percent without cycles and to 94.5 with them.",
    ),
    Claim(
        "decay-explains-cycles",
        "What cyclical rates gain comes from the decay that each cycle contains.",
        UNCHECKED,
        SMITH,
        "§4.1.1, Table 1",
        "A natural objection, which the paper meets with a single run.",
        "The paper reports that a linear decay alone, from 0.007 to 0.001 over 4,000 updates, got to 78.5 percent, "
        "where cycles got to 81.4.",
    ),
    Claim(
        "restart-keeps-parameters",
        "A warm restart puts the rate up again and goes on from the parameters as they are.",
        CHECKED,
        SGDR,
        "§3",
        "The definition of a restart there.",
        "It does not say that a restart is better than none.",
    ),
    Claim(
        "cosine-within-run",
        "Between two restarts the rate falls along half a cosine from eta_max to eta_min, batch by batch.",
        CHECKED,
        SGDR,
        "§3, equation 5",
        "The rule of the paper; its time within a run is continuous and arrives at the run's length.",
        "Code that counts whole updates in a cycle stops one short of eta_min.",
    ),
    Claim(
        "longer-runs-anytime",
        "To make each run between restarts longer by a factor serves to have good results at any time.",
        CHECKED,
        SGDR,
        "§3, §4.2",
        "The factor T_mult, tried with wide residual networks on CIFAR.",
        "Good at any time is not lowest at the end.",
    ),
    Claim(
        "restart-makes-worse",
        "A restart often makes results worse for a while, so the parameters of the last low rate are those to keep.",
        CHECKED,
        SGDR,
        "§3",
        "An observation and a recommendation of the paper.",
        "How much worse, and for how long, depends on the problem.",
    ),
    Claim(
        "fewer-epochs",
        "Warm restarts needed a half to a quarter of the epochs for comparable or better results.",
        CHECKED,
        SGDR,
        "§1, §4.2, Table 1",
        "Wide residual networks on CIFAR-10 and CIFAR-100.",
        "The paper itself notes that it has too few runs for statistical tests.",
    ),
    Claim(
        "one-long-cosine",
        "A single long cosine without a restart can hold its own against restarts.",
        CHECKED,
        SGDR,
        "§4.2, §5",
        "A run of 200 epochs with a wide residual network (28-10) on CIFAR-10: an error of 3.86 percent.",
        "Stopped early, the same run is the worst of those compared.",
    ),
    Claim(
        "escaping-minima",
        "Restarts help because they throw training out of poor local minima.",
        UNCHECKED,
        SGDR,
        "§5",
        "A popular explanation.",
        "The paper says that it does not claim to observe any effect of multi-modality.",
    ),
    Claim(
        "free-ensemble",
        "Networks saved just before each restart make an ensemble that costs no further training.",
        CHECKED,
        SGDR,
        "§4.3, Table 2",
        "CIFAR-10: an error of 3.51 percent against 4.03 for one network; the idea is credited to Huang and others.",
        "Using the ensemble costs as many evaluations as it has members.",
    ),
    Claim(
        "lower-peaks",
        "Each restart should begin from a lower peak than the one before.",
        UNCHECKED,
        SGDR,
        "§3, §5",
        "Mentioned as a possibility.",
        "The paper leaves it out for the sake of simplicity and tests no such run.",
    ),
    Claim(
        "restarts-for-adam",
        "Warm restarts do for Adam what they do for SGD.",
        UNCHECKED,
        SGDR,
        "§6",
        "Named as a thing to try.",
        "The paper leaves it to future work.",
    ),
    Claim(
        "warmup-ramp",
        "A linear warmup keeps the first updates small.",
        TEACHING,
        SEED,
        "01 Intuition",
        "A picture to think with; that the ramp starts low follows from its formula.",
        "Neither of the two papers has a warmup at the start of training, nor shows what one is good for.",
    ),
    Claim(
        "warmup-then-decay",
        "A warmup and a decay after it make a sensible shape for a whole run.",
        TEACHING,
        SEED,
        "01 Intuition",
        "The shape that this page begins with.",
        "Neither of the two papers runs it, so nothing here says when it pays.",
    ),
    Claim(
        "warmup-for-adam",
        "Adam needs a warmup, since its averages of squared gradients are unreliable at first.",
        UNCHECKED,
        SEED,
        REVIEW,
        "An explanation that is often given.",
        "The two papers do not deal with it; other papers that do have not been read for this page.",
    ),
    Claim(
        "warmup-for-large-models",
        "Large models do not train without a warmup.",
        UNCHECKED,
        SEED,
        REVIEW,
        "A practice of those who train large models or with large batches.",
        "The two papers train no such models.",
    ),
    Claim(
        "inverse-square-root",
        "A decay with the inverse square root of the step is a good choice where the length of a run is open.",
        UNCHECKED,
        "vaswani-2017-attention",
        "§5.3",
        "The rule needs no run length; the Transformer's authors used it after a warmup.",
        "That a paper uses a rule does not show that it is good; neither of the two papers has it.",
    ),
    Claim(
        "stable-phase",
        "With a long constant phase and a short decay, one run can be ended at many lengths.",
        UNCHECKED,
        "hu-2024-minicpm",
        "§4.2",
        "The three phases of MiniCPM, whose formula has been read.",
        "Its results have not been checked here, and neither of the two papers has the shape.",
    ),
    Claim(
        "square-root-cooldown",
        "A final decay as 1 − √u ends lower than a linear one.",
        UNCHECKED,
        "hagele-2024-cooldown",
        "§3.2",
        "Language models; known here from what others quote.",
        "The paper itself has not been read for this page.",
    ),
    Claim(
        "one-cycle",
        "A single cycle to a very high rate trains several times faster.",
        UNCHECKED,
        "smith-topin-2017-super-convergence",
        "as quoted by others",
        "The policy called 1cycle; libraries implement it in two or three phases.",
        "The paper itself has not been read for this page, and the two papers on cycles do not have the policy.",
    ),
    Claim(
        "linear-to-zero",
        "For language models a linear decay to 0 ends lower than a decay to a tenth of the peak.",
        UNCHECKED,
        "bergsma-2025-linear-to-zero",
        "abstract",
        "Language models, by an abstract.",
        "No more than the abstract has been read, and neither of the two papers trains language models.",
    ),
    Claim(
        "language-models",
        "What the two papers report carries over to training large language models.",
        UNCHECKED,
        SEED,
        REVIEW,
        "A step that readers often take.",
        "Their runs are image classifiers for the most part; none is a large language model.",
    ),
    Claim(
        "edge-of-stability",
        "Training drives the sharpness up until the rate stands at the edge of stability.",
        UNCHECKED,
        SEED,
        "02 Math",
        "Background that the page mentions.",
        "Neither of the two papers measures sharpness; on this page's problems it is given or only falls.",
    ),
    Claim(
        "convergence-guaranteed",
        "A schedule that decays guarantees that training converges.",
        UNCHECKED,
        SEED,
        REVIEW,
        "Theorems of this kind exist under assumptions on the loss and on the sum of the rates.",
        "The two papers prove none, and a rate that falls too fast stops short of the minimum.",
    ),
    Claim(
        "best-schedule",
        "There is one best schedule for all of training.",
        UNCHECKED,
        SEED,
        REVIEW,
        "A hope, and a common way of reading comparisons.",
        "The two papers compare on a few networks; already on a bowl the winner changes with noise and run length.",
    ),
    Claim(
        "edge-of-quadratic",
        "On a quadratic, SGD settles at constant rates below 2 divided by the greatest curvature and diverges above.",
        COMPUTED,
        "",
        "",
        "Plain SGD on the bowl of this page, with or without noise.",
        "It says nothing about momentum, Adam, or losses whose curvature changes.",
    ),
    Claim(
        "edge-of-momentum",
        "On a quadratic, heavy ball settles at constant rates below 2(1 + β) divided by the greatest curvature.",
        COMPUTED,
        "",
        "",
        "Heavy ball with a constant β and a constant rate; above that rate it diverges.",
        "It says nothing about rates that change, nor about networks.",
    ),
    Claim(
        "rate-sets-noise-floor",
        "On a noisy quadratic, a lower constant rate settles at a lower loss.",
        COMPUTED,
        "",
        "",
        "SGD at rates below the edge, with the same noise everywhere.",
        "It does not say how long settling takes, which is longer at low rates.",
    ),
    Claim(
        "order-of-rates",
        "Without noise, SGD on a quadratic ends at the same loss whichever way the same rates are ordered.",
        COMPUTED,
        "",
        "",
        "The final loss of plain SGD on the bowl.",
        "With noise, with momentum or on other losses the order counts.",
    ),
    Claim(
        "warmup-costs-when-safe",
        "On a noisy bowl with a peak below the edge, a run of the same length ends higher the longer its warmup is.",
        COMPUTED,
        "",
        "",
        "Plain SGD, cosine to 0: among warmups of at least one update, and against none once the start is forgotten.",
        "It does not speak against warmup where the peak is too high at first, nor about large models.",
    ),
    Claim(
        "sum-of-rates",
        "On separable data without noise, of safe schedules the one whose rates add up to more ends lower.",
        COMPUTED,
        "",
        "",
        "Logistic regression with all points in each update, at rates below the edge.",
        "With minibatches or overlapping classes noise or a minimum changes the picture.",
    ),
    Claim(
        "winner-changes",
        "Which of six schedules ends lowest on a bowl changes with the noise and with the run length.",
        COMPUTED,
        "",
        "",
        "Six schedules of equal peak under plain SGD, by their exact expected loss.",
        "It does not say which of them suits a network.",
    ),
    Claim(
        "peak-twice",
        "With the rule of this page the peak is used by two updates, Tw − 1 and Tw, and the floor by the last one.",
        COMPUTED,
        "",
        "",
        "Warmup, then cosine, with at least one update of warmup and two after it.",
        "Libraries join warmup and decay in other ways, and most of them use the peak once.",
    ),
    Claim(
        "decay-can-recover",
        "On a bowl, a run whose rates are above the edge for a while can still end far below its start.",
        COMPUTED,
        "",
        "",
        "Plain SGD without noise, where the product of the factors over the whole run decides.",
        "It does not say that a network survives such a stretch.",
    ),
    Claim(
        "restart-timing",
        "On a noisy bowl, a run that stops just after a restart ends higher than one that stops just before it.",
        COMPUTED,
        "",
        "",
        "Cosine cycles to 0 under plain SGD, once the start is forgotten.",
        "It does not compare restarts with a schedule that has none.",
    ),
    Claim(
        "range-test-late",
        "In a linear range test on a bowl without noise, the loss is beyond its start only far above the edge.",
        COMPUTED,
        "",
        "",
        "Plain SGD without noise from a rate of 0: at 2.296 times the edge of a constant rate, the longer the nearer.",
        "Where the loss has its minimum, and what a network does, is another matter.",
    ),
    Claim(
        "adam-first-step",
        "Adam's first update moves each parameter by about the rate, whatever the size of its slope.",
        COMPUTED,
        "",
        "",
        "Adam with bias correction, from averages of 0, where the slope is not near its epsilon.",
        "Later updates are as long only while slopes keep their sign and size.",
    ),
    Claim(
        "length-and-decay",
        "Final losses of runs of different lengths can be compared when the decay of each ends where the run ends.",
        TEACHING,
        "",
        "",
        "A rule for reading comparisons; here it is seen by halving T beside a pinned curve.",
        "How loss falls with length for language models is the next page's matter, and is not checked here.",
    ),
)

CLAIMS: Mapping[str, Claim] = MappingProxyType({claim.key: claim for claim in _CLAIMS})
