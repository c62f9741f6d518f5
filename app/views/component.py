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


def whole(value: object) -> int:
    """Return the number of a message as the browser counts them; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
