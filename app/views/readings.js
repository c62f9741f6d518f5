// What to do with a range test and, once it is done, how others read it; see readings.py. All of it is text.

const {make, write} = window.scheduleLab

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const hint = make("p", {class: "lesson"})
  const says = make("div", {class: "says", role: "status"})
  const table = make("table", {class: "readings"})
  table.createCaption().textContent = model.caption
  const head = table.createTHead().insertRow()
  for (const text of model.columns) head.append(make("th", {scope: "col"}, text))
  const body = table.createTBody()
  // It scrolls sideways where it is broader than the page, by keyboard too.
  const scroll = make("div", {class: "scroll", role: "region", "aria-label": model.caption, tabindex: 0}, table)

  /** Changes only what has changed, so that a move of a marker does not rebuild the table. */
  const fill = () => {
    while (body.rows.length > model.rows.length) body.deleteRow(-1)
    model.rows.forEach((texts, index) => {
      const row = body.rows[index] ?? body.insertRow()
      texts.forEach((text, column) => {
        if (!row.cells[column]) row.append(column === 0 ? make("th", {scope: "row"}) : make("td"))
        write(row.cells[column], text)
      })
    })
    scroll.hidden = model.rows.length === 0
  }
  const tell = () => {
    write(hint, model.hint)
    hint.hidden = model.hint === ""
    while (says.children.length > model.says.length) says.lastChild.remove()
    model.says.forEach((text, index) => {
      if (!says.children[index]) says.append(make("p"))
      write(says.children[index], text)
    })
  }
  const along = make("tbody")
  const line = make("table", {}, make("caption", {}, "The loss along the sweep"),
    make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "Rate"), make("th", {scope: "col"}, "Loss before it"))), along)
  const fold = make("details", {}, make("summary", {}, "Show the range test as a table"), line)
  const follow = () => {
    fold.hidden = model.line.length === 0
    along.replaceChildren(...model.line.map(([rate, loss]) =>
      make("tr", {}, make("th", {scope: "row"}, rate), make("td", {}, loss))))
  }
  model.on("line", follow)
  follow()
  const begin = () => document.documentElement.toggleAttribute("data-sweep", model.begun)
  model.on("begun", begin)
  begin()
  model.on("rows", fill)
  model.on("hint", tell)
  model.on("says", tell)
  fill()
  tell()
  el.replaceChildren(hint, says, scroll, fold)
}
