"""What the page says in words: the sentence about the curve, and what the reader should know about the last change."""

import param

from app.views.component import Mirror


class Prose(Mirror):
    """The sentence about the live curve, with notices above the plot. All of it is text; nothing is taken as markup."""

    sentence = param.String(default="")
    training = param.String(default="", doc="What training under the curve comes to.")
    notices = param.List(default=[], item_type=str)
    error = param.String(default="")

    def _state(self) -> dict[str, object]:
        if self._lab.held:
            return {"sentence": "", "training": "", "notices": self._lab.notices, "error": ""}
        error = f"The curve stays as it was: {self._lab.error}" if self._lab.error else ""
        said = {"notices": self._lab.notices, "error": error}
        if "words" in self._lab.hidden:  # from a screen reader too
            return {"sentence": "", "training": "", **said}
        return {"sentence": self._lab.run.sentence, "training": self._trainer.sentence, **said}
