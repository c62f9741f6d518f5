"""A lecture hall: several processes of the page behind one nginx, as `python -m app.hall` starts them.

Nothing of the page knows this package, and it knows nothing of the page but where to find it.
"""
