"""Print the key: each exercise with a question, its answer, and where the wrong models lead.

python -m app.practice [seed]
"""

import sys

from app.practice.bank import EXERCISES, NUMBERED
from app.practice.question import IDEAS


def main(arguments: list[str]) -> None:
    """Print the key to the questions of one seed, 0 unless another is named."""
    seed = int(arguments[0]) if arguments else 0
    for key in NUMBERED:
        exercise = EXERCISES[key]
        question = exercise.question(seed)
        say = question.form.words
        mark = " ♦" if exercise.surprising else ""
        print(f"{key}{mark} {exercise.title} ({IDEAS[exercise.idea]}; {question.form.kind}, seed {seed})")
        print(f"    {question.ask}")
        print(f"    = {say(question.truth())}")
        for model in question.wrong:
            print(f"    ✗ {say(model.value())}: {model.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
