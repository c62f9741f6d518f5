"""A page with nothing on it, from the template class that the app's page is made of."""

import panel as pn

pn.extension()

PAGE = "{% extends base %}{% block contents %}<main><h1>Nothing</h1>{{ embed(roots.nothing) }}</main>{% endblock %}"

page = pn.Template(PAGE)
page.add_panel("nothing", pn.Spacer(height=1))
page.servable()
