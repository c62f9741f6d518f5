// What the page's components share to build themselves and to save files; inlined once, see page.html.
// Whatever a component shows is set as text, never as markup.

/** An element with attributes (one that is true stands there empty, one that is false or undefined does not). */
window.scheduleLab.make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value)
  }
  node.append(...children)
  return node
}

/** A button; one that is idle (`aria-disabled`) does nothing, but is still there for the focus. */
window.scheduleLab.act = (text, onClick, attributes = {}) => {
  const node = window.scheduleLab.make("button", {type: "button", ...attributes}, text)
  node.addEventListener("click", () => node.getAttribute("aria-disabled") !== "true" && onClick())
  return node
}

/** Lets a button that `act` made do nothing, or something again: one that is disabled would lose the focus. */
window.scheduleLab.idle = (button, is) => button.setAttribute("aria-disabled", String(is))

/** Whether the screen is so narrow that all stands in one column, as in the stylesheet. */
window.scheduleLab.narrow = () => matchMedia("(max-width: 56rem)").matches

/** Sets a text, if it is another one: a live region would be read again, and a selection lost. */
window.scheduleLab.write = (node, text) => node.textContent !== text && (node.textContent = text)

/** Saves a file: a Blob, or a text with its type. */
window.scheduleLab.save = (name, content, type) => {
  const blob = content instanceof Blob ? content : new Blob([content], {type})
  const link = window.scheduleLab.make("a", {href: URL.createObjectURL(blob), download: name})
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

/** A question with Yes and No under a button: nothing is erased with one click. Returns the button and the question. */
window.scheduleLab.confirmed = (label, {name, ask, yes, no, done}) => {
  const {make, act} = window.scheduleLab
  const button = act(label, () => {
    box.hidden = false
    box.querySelector("button").focus()
  })
  const close = () => {
    box.hidden = true
    button.focus()
  }
  const box = make("div", {class: "bar-of-buttons", role: "group", "aria-label": name, hidden: true}, ask,
    act(yes, () => {
      close()
      done(true)
    }),
    act(no, () => {
      close()
      done(false)
    }))
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return
    close()
    done(false)
  })
  return [button, box]
}

/** Asks for a file and hands over its text; `refuse` is called for one that is too large or cannot be taken. */
window.scheduleLab.chooser = (label, name, take, refuse) => {
  const {make, act} = window.scheduleLab
  const file = make("input", {type: "file", accept: "application/json,.json", class: "unseen", tabindex: -1, "aria-label": name})
  file.addEventListener("change", async () => {
    const [chosen] = file.files
    file.value = ""
    if (!chosen) return
    try {
      if (chosen.size > 5e6) throw new Error("too large")
      take(await chosen.text())
    } catch {
      refuse()
    }
  })
  return [act(label, () => file.click()), file]
}

/** JSON under names in this browser, as far as it keeps any; where it does not, it lasts as long as the page. */
window.scheduleLab.Store = class {
  constructor() {
    this.memory = {}
    this.kept = true
    try {
      localStorage.setItem("schedule-lab.probe", "")
      localStorage.removeItem("schedule-lab.probe")
    } catch {
      this.kept = false
    }
  }
  read(name) {
    try {
      return JSON.parse((this.kept ? localStorage.getItem(name) : this.memory[name]) ?? "null")
    } catch {
      return null
    }
  }
  write(name, value) {
    const text = JSON.stringify(value)
    if (!this.kept) return (this.memory[name] = text)
    try {
      localStorage.setItem(name, text)
    } catch {
      this.kept = false // full, or taken away
      this.memory[name] = text
    }
  }
}

/** What a person wrote as one line of Markdown that stays text: what could be taken for markup is escaped. */
window.scheduleLab.escaped = (text) =>
  String(text ?? "").replace(/\s+/g, " ").trim()
    .replace(/[\\`*_{}[\]<>#|~&$]/g, "\\$&")
    .replace(/^(\d*)([-+=.)])/, "$1\\$2")
