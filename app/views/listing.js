// The curve as code, to copy or to save; see listing.py. All of it is text.

const {act, make, save} = window.scheduleLab

const PATIENCE = 4000 // ms that the code is waited for; longer, and a browser no longer lets the page copy
const BLINK = 40 // ms between two looks

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const select = make("select", {id: "code-target"}, ...model.targets.map(([key, title]) => make("option", {value: key}, title)))
  select.addEventListener("change", () => (model.target = select.value))
  const text = make("code")
  // It scrolls sideways where a line is broader than the panel, by keyboard too.
  const pre = make("pre", {tabindex: 0, role: "region", "aria-label": "Code of the curve"}, text)
  const copy = make("button", {type: "button"}, "Copy code")
  const status = make("p", {class: "hint", role: "status"})
  /** Waits for the code of what has been chosen and moved last: a quick hand must not take the one before. */
  const current = async () => {
    const stale = () => model.coded !== model.target || window.scheduleLab.unanswered()
    for (let waited = 0; stale() && waited < PATIENCE; waited += BLINK) await new Promise((on) => setTimeout(on, BLINK))
  }
  copy.addEventListener("click", async () => {
    await current()
    try {
      await navigator.clipboard.writeText(model.code)
      status.textContent = "Copied."
    } catch {
      getSelection().selectAllChildren(text)
      status.textContent = "Selected: copy it with your keyboard."
    }
  })
  const keep = act("Save as file", async () => {
    await current()
    save("schedule.py", model.code, "text/x-python")
  })
  const note = make("p", {class: "hint"})
  const table = make("table", {})
  table.createCaption().textContent = "What the rates are"
  const body = table.createTBody()
  const covered = make("p", {class: "hint"}, "Covered while you predict.")
  const all = make("div", {}, note, make("div", {class: "bar-of-buttons"}, copy, keep), status, pre, table)

  const show = () => {
    select.value = model.target
    covered.hidden = !model.covered
    all.hidden = model.code === ""
    note.textContent = model.note
    if (text.textContent !== model.code) {
      text.textContent = model.code
      status.textContent = ""
    }
    body.replaceChildren(...model.output.map(([what, value]) =>
      make("tr", {}, make("th", {scope: "row"}, what), make("td", {}, value))))
  }
  for (const name of ["code", "output", "note", "target", "covered"]) model.on(name, show)
  const follow = ({detail}) => {
    if (model.open !== (detail === "code")) model.open = detail === "code"
  }
  document.addEventListener("companion", follow)
  model.on("remove", () => document.removeEventListener("companion", follow))
  follow({detail: document.documentElement.dataset.companion})
  show()
  el.replaceChildren(make("div", {class: "code"}, make("label", {for: "code-target"}, "Code for"), select, covered, all))
}
