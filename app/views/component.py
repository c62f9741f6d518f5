"""What every component of the page has in common: what of it the browser may set."""

from panel.custom import JSComponent


class Component(JSComponent):
    """A component that takes from the browser what it declares to come from there, and nothing else.

    Panel listens to every property of a component, so that a client without manners could set what only the server
    writes: the description of the controls, say, by which it then checks what may be changed. Here it listens to the
    properties in `_busy__ignore`; they are the chatty ones, which no busy indicator should follow. The rest a client
    can change on its own page alone.
    """

    @property
    def _linked_properties(self) -> tuple[str, ...]:
        return tuple(self._busy__ignore)


def drawn_by(name: str) -> str:
    """Return the module of a component that is drawn by the page's own script of this name; see theme.py.

    Panel translates and compiles each component's script in the browser, on every visit; of this line there is next to
    nothing to translate, while what the page has in itself the browser reads as it is.
    """
    return f"export const render = (given) => window.scheduleLab.draw.{name}(given)"


def whole(value: object) -> int:
    """Return the number of a message as the browser counts them; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
