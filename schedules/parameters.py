"""Parameters that schedule families share, and the limits of them: each stands here once, with its words and bounds."""

from schedules.spec import ParamSpec

LONGEST_RUN = 1_000_000
HIGHEST_RATE = 1000.0

T = ParamSpec(
    name="T",
    label="Run length T",
    default=10_000,
    bounds=(1, LONGEST_RUN),
    symbol="T",
    unit="updates",
    scale="log",
    doc="Number of updates in the run, warmup included; the last one is update T − 1.",
    kind="steps",
)
TW = ParamSpec(
    name="Tw",
    label="Warmup steps Tw",
    default=500,
    bounds=(0, LONGEST_RUN),
    symbol="T_w",
    unit="updates",
    scale="linear",
    doc="Number of updates in which the rate climbs to the peak.",
    kind="steps",
    span="T",
    absent="begins with a rise of its own",
)
ETA_MAX = ParamSpec(
    name="eta_max",
    label="Peak rate eta_max",
    default=3e-4,
    bounds=(1e-12, HIGHEST_RATE),
    symbol=r"\eta_{\max}",
    unit="rate",
    scale="log",
    doc="The rate at the top of the curve.",
    kind="rate",
    reach=(1e-6, 10.0),
    absent="has no peak",
)
ETA_MIN = ParamSpec(
    name="eta_min",
    label="Floor rate eta_min",
    default=3e-5,
    bounds=(0.0, HIGHEST_RATE),
    symbol=r"\eta_{\min}",
    unit="rate",
    scale="log",
    doc="The rate at which the decay aims; the warmup may start below it.",
    kind="rate",
    reach=(1e-7, 10.0),
    absent="has no floor rate",
)
CYCLE_LENGTH = ParamSpec(
    name="cycle_length",
    label="Cycle length",
    default=2_000,
    bounds=(1, LONGEST_RUN),
    symbol="T_0",
    unit="updates",
    scale="log",
    doc="Number of updates in the first cycle: peak to restart, or up and down for a triangle.",
    kind="steps",
    span="T",
    absent="has no cycles",
)
RESTART_MULT = ParamSpec(
    name="restart_mult",
    label="Restart multiplier",
    default=2.0,
    bounds=(1.0, 100.0),
    symbol=r"m",
    unit="",
    scale="linear",
    doc="How many times longer each cycle is than the one before it.",
    kind="number",
    reach=(1.0, 4.0),
    absent="has no cycles that grow",
)
GAMMA = ParamSpec(
    name="gamma",
    label="Decay factor gamma",
    default=0.5,
    bounds=(0.0, 1.0),
    symbol=r"\gamma",
    unit="",
    scale="linear",
    doc="What the rate is multiplied by at each drop.",
    kind="number",
)
GAMMA_PER_STEP = ParamSpec(
    name="gamma",
    label="Decay factor gamma",
    default=0.9997,
    bounds=(0.0, 1.0),
    symbol=r"\gamma",
    unit="",
    scale="near_one",
    doc="What the rate is multiplied by at each update.",
    kind="number",
    reach=(0.5, 1.0),
)

SHARED = (T, TW, ETA_MAX, ETA_MIN, CYCLE_LENGTH, RESTART_MULT)
