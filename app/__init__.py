"""The page: `panel serve app` runs `main.py` for each visitor; the other modules are shared by all of them."""
