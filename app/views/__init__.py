"""The parts of the page: each reads the state and draws one thing. None imports another."""
