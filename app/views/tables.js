// Two tables from rows of text; see tables.py.

function table(caption, head) {
  const node = document.createElement("table")
  node.createCaption().textContent = caption
  if (head) {
    const row = node.createTHead().insertRow()
    for (const text of head) {
      const cell = document.createElement("th")
      cell.scope = "col"
      cell.textContent = text
      row.append(cell)
    }
  }
  node.createTBody()
  return node
}

/** Changes only the cells whose text has changed, so that a move of a slider does not rebuild the table. */
function fill(node, rows) {
  const body = node.tBodies[0]
  while (body.rows.length > rows.length) body.deleteRow(-1)
  rows.forEach((texts, index) => {
    const row = body.rows[index] ?? body.insertRow()
    texts.forEach((text, column) => {
      let cell = row.cells[column]
      if (!cell) {
        cell = document.createElement(column === 0 ? "th" : "td")
        if (column === 0) cell.scope = "row"
        row.append(cell)
      }
      if (cell.textContent !== text) cell.textContent = text
    })
  })
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const keyValues = table("Key values")
  keyValues.className = "key-values"
  const steps = table("Steps that matter", ["Update", "What happens", "Rate", "Loss before it", "Parameters before it"])
  steps.className = "steps"
  const fold = document.createElement("details")
  const title = document.createElement("summary")
  title.textContent = "Show the plots as a table"
  fold.append(title, steps)
  const show = () => {
    fill(keyValues, model.key_values)
    fill(steps, model.steps)
  }
  model.on("key_values", show)
  model.on("steps", show)
  show()
  el.replaceChildren(keyValues, fold)
}
