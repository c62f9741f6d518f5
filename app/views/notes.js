// Notes: tied to something exact, kept in this browser and nowhere else; see notes.py. All of it is text.

const {act, chooser, confirmed, escaped, make, save, write} = window.scheduleLab

const KEY = "schedule-lab.notes"
const TYPING = 300 // ms without a key before a draft is kept
const MOST_NOTES = 500
const LONGEST = 4000 // characters of a note
const LINE = 300 // of a line: the next action, what is said of a criterion
const WORDS = 140 // characters of a note that the list shows
const LINK = /^family=[\w.~%,:&=+-]{0,4000}$/ // a state of this page, and nothing else

const isLine = (value, most = LINE) => typeof value === "string" && value.length <= most

/** A note of a file, or of this browser's store, as one of ours, or null: either can hold anything. */
function legalNote(note, kinds) {
  if (note === null || typeof note !== "object" || Array.isArray(note)) return null
  const {id, at, kind, title, detail, evidence, link, text, next, ticks, lines} = note
  const dated = typeof at === "string" && at.length <= 40 && !Number.isNaN(Date.parse(at))
  const three = (list, holds) => Array.isArray(list) && list.length === 3 && list.every(holds)
  const legal = dated && /^[\w-]{1,40}$/.test(id) && kinds.has(kind) && isLine(title) && isLine(detail, 1000) &&
    Array.isArray(evidence) && evidence.length <= 12 && evidence.every((line) => isLine(line, 1000)) &&
    (link === "" || LINK.test(link)) && isLine(text, LONGEST) && isLine(next) &&
    three(ticks, (tick) => typeof tick === "boolean") && three(lines, (line) => isLine(line))
  return legal ? {id, at, kind, title, detail, evidence, link, text, next, ticks, lines} : null
}

/** What this browser keeps: the notes, oldest first, and what is being written. Another tab may write it too. */
class Notebook extends window.scheduleLab.Store {
  constructor(kinds) {
    super()
    this.kinds = kinds
  }
  get notes() {
    const found = this.read(KEY)?.notes
    return Array.isArray(found) ? found.map((note) => legalNote(note, this.kinds)).filter(Boolean) : []
  }
  get draft() {
    const found = this.read(KEY)?.draft
    return found && typeof found === "object" ? found : {}
  }
  put(notes, draft = this.draft) {
    this.write(KEY, {version: 1, notes: notes.slice(-MOST_NOTES), draft})
  }
  keep(note) {
    const {notes} = this
    const at = notes.findIndex(({id}) => id === note.id)
    if (at < 0) notes.push(note)
    else notes[at] = note
    this.put(notes.sort((a, b) => a.at.localeCompare(b.at)))
  }
  drop(id) {
    this.put(this.notes.filter((note) => note.id !== id))
  }
  import(text) {
    const found = JSON.parse(text)?.notes
    if (!Array.isArray(found)) throw new Error("no notes")
    const mine = new Set(this.notes.map(({id}) => id))
    const legal = found.slice(0, MOST_NOTES).map((note) => legalNote(note, this.kinds))
    const fresh = legal.filter((note) => note && !mine.has(note.id) && mine.add(note.id))
    const taken = fresh.slice(0, MOST_NOTES - this.notes.length)
    this.put([...this.notes, ...taken].sort((a, b) => a.at.localeCompare(b.at)))
    const odd = legal.filter((note) => !note).length + found.length - legal.length + fresh.length - taken.length
    return {fresh: taken.length, odd}
  }
  get json() {
    return JSON.stringify({version: 1, notes: this.notes}, null, 2)
  }
}

const isResolved = (note) => note.ticks.every(Boolean)
const day = (note) => new Date(note.at).toLocaleDateString("sv")
const linkOf = (note) => `${location.origin}${location.pathname}?${note.link}`
const shortened = (text) => (text.length > WORDS ? `${text.slice(0, WORDS).trimEnd()} …` : text)

function markdown(notes, kinds, criteria) {
  const one = (note) => [
    `## ${escaped(kinds.get(note.kind))}: ${escaped(note.title)}`,
    "",
    `${day(note)}, ${isResolved(note) ? "resolved" : "open"}`,
    "",
    ...(note.detail ? [escaped(note.detail), ""] : []),
    ...(note.text ? [...note.text.split(/\r\n|\r|\n|\u2028|\u2029/).map((line) => `> ${escaped(line)}`.trimEnd()), ""] : []),
    ...(note.next ? [`- Next action: ${escaped(note.next)}`] : []),
    ...(note.link ? [`- Stage: <${linkOf(note)}>`] : []),
    "- What would resolve it:",
    ...criteria.map((text, n) => `  - [${note.ticks[n] ? "x" : " "}] ${escaped(text)}${note.lines[n] ? ` ${escaped(note.lines[n])}` : ""}`),
    ...(note.evidence.length ? ["- Evidence to look at:", ...note.evidence.map((line) => `  - ${escaped(line)}`)] : []),
    "",
  ]
  return ["# Schedule Lab: my notes", "", ...notes.flatMap(one)].join("\n")
}

/** The form: what the note is about, what is asked, what would resolve it, what comes next. */
function formView(model, notebook, {saved, subjectsOf}) {
  const kind = make("select", {id: "note-kind"})
  const subject = make("select", {id: "note-subject"})
  const picked = make("div", {}, make("label", {for: "note-kind"}, "What is it about?"), kind)
  const which = make("div", {}, make("label", {for: "note-subject"}, "Which one?"), subject)
  const about = make("div", {class: "about"})
  const text = make("textarea", {id: "note-text", maxlength: LONGEST, "aria-describedby": "note-limit"})
  const limit = make("p", {class: "hint", id: "note-limit"})
  const next = make("input", {type: "text", id: "note-next", maxlength: LINE, autocomplete: "off"})
  const ticks = model.criteria.map((words) => make("input", {type: "checkbox", "aria-label": words}))
  const lines = model.criteria.map((words) =>
    make("input", {type: "text", maxlength: LINE, autocomplete: "off", placeholder: "In a line, if you like", "aria-label": `In a line: ${words}`}))
  const resolve = make("fieldset", {class: "criteria"}, make("legend", {}, "What would resolve it"),
    ...model.criteria.flatMap((words, n) => [make("label", {}, ticks[n], make("span", {}, words)), lines[n]]))
  const status = make("p", {class: "hint", role: "status"})
  const keep = make("button", {type: "submit", class: "main"}, "Save note")
  const cancel = act("Cancel", () => {
    clear()
    text.focus()
  })
  const node = make("form", {"aria-label": "Note"}, picked, which, about,
    make("div", {}, make("label", {for: "note-text"}, "Open question, or note"), text, limit),
    resolve,
    make("div", {}, make("label", {for: "note-next"}, "One next action"), next),
    make("div", {class: "bar-of-buttons"}, keep, cancel), status)
  let edited = null // the note that is being edited, else null
  let aside = {} // what was begun before that, to go on with

  const chosen = () => subjectsOf(kind.value).find(({key}) => key === subject.value)
  const fill = (select, options) => {
    const was = select.value
    const before = [...select.options].map((option) => [option.value, option.text])
    if (JSON.stringify(before) === JSON.stringify(options)) return
    select.replaceChildren(...options.map(([value, words]) => make("option", {value}, words)))
    if (options.some(([value]) => value === was)) select.value = was
  }
  const tell = () => {
    picked.hidden = which.hidden = edited !== null
    if (kind.value === "stage") which.hidden = true // there is only one
    const shown = edited ?? chosen()
    about.hidden = !shown
    if (shown) {
      about.replaceChildren(
        ...(edited ? [make("p", {}, make("strong", {}, edited.title))] : []),
        ...(shown.detail ? [make("p", {}, ["equation", "code"].includes(edited?.kind ?? kind.value) ? make("code", {}, shown.detail) : shown.detail)] : []),
        make("p", {class: "hint"}, "Evidence to look at"),
        make("ul", {class: "evidence"}, ...shown.evidence.map((line) => make("li", {}, line)),
          ...((edited ? edited.link : model.stage.link) ? [make("li", {}, "The stage as it is now: its link is kept with the note")] : [])))
      if (edited?.link) about.querySelector("li:last-child").textContent = "The stage as it was: its link is kept with the note"
    }
    write(limit, text.value.length > LONGEST * 0.9 ? `${text.value.length.toLocaleString("en")} of ${LONGEST.toLocaleString("en")} characters` : "")
    write(keep, edited ? "Save changes" : "Save note")
    cancel.hidden = !edited
  }
  const refill = () => {
    fill(kind, model.kinds.filter(([value]) => subjectsOf(value).length))
    fill(subject, subjectsOf(kind.value).map(({key, title}) => [key, title]))
    tell()
  }
  let timer
  const typed = () => {
    tell()
    write(status, "")
    clearTimeout(timer)
    timer = setTimeout(store, TYPING)
  }
  const content = () => ({text: text.value, next: next.value.trim(), ticks: ticks.map((box) => box.checked), lines: lines.map((line) => line.value.trim())})
  const store = () => {
    clearTimeout(timer)
    timer = undefined
    notebook.put(notebook.notes, {...content(), kind: kind.value, key: subject.value, id: edited?.id ?? "", aside})
  }
  const put = (note) => {
    text.value = typeof note.text === "string" ? note.text.slice(0, LONGEST) : ""
    next.value = typeof note.next === "string" ? note.next.slice(0, LINE) : ""
    ticks.forEach((box, n) => (box.checked = note.ticks?.[n] === true))
    lines.forEach((line, n) => (line.value = typeof note.lines?.[n] === "string" ? note.lines[n].slice(0, LINE) : ""))
  }
  const clear = () => {
    clearTimeout(timer)
    edited = null
    put(aside)
    aside = {}
    store()
    tell()
  }
  for (const field of [text, next, ...ticks, ...lines]) field.addEventListener("input", typed)
  subject.addEventListener("change", typed)
  kind.addEventListener("change", () => {
    refill()
    typed()
  })
  addEventListener("pagehide", () => timer && store())
  node.addEventListener("submit", (event) => {
    event.preventDefault()
    const said = content()
    if (!said.text.trim() && !said.next) {
      write(status, "Write a question, a note or a next action first.")
      return text.focus()
    }
    if (!edited && notebook.notes.length >= MOST_NOTES) {
      return write(status, `${MOST_NOTES} notes are kept, no more. Export them, and delete some.`)
    }
    const {title, detail, evidence} = edited ?? chosen()
    const fresh = {id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.floor(1e9 * Math.random())}`, at: new Date().toISOString(), kind: kind.value, title, detail, evidence, link: model.stage.link ?? ""}
    notebook.keep({...(edited ?? fresh), ...said})
    clear()
    saved()
    write(status, "Saved in this browser.")
  })
  return {
    node,
    refill,
    /** What was left here unfinished, once there is something to choose from. */
    restore() {
      const {draft} = notebook
      edited = notebook.notes.find(({id}) => id === draft.id) ?? null
      put(draft)
      aside = edited && draft.aside && typeof draft.aside === "object" ? draft.aside : {}
      if ([...kind.options].some(({value}) => value === draft.kind)) kind.value = draft.kind
      refill()
      if ([...subject.options].some(({value}) => value === draft.key)) subject.value = draft.key
      tell()
    },
    edit(note) {
      if (!edited) aside = content()
      edited = note
      put(note)
      store()
      tell()
      write(status, "")
      text.focus()
      node.scrollIntoView({block: "start"})
    },
    /** A note that is not there any more cannot be edited: what was written of it becomes a new one. */
    check() {
      if (edited && !notebook.notes.some(({id}) => id === edited.id)) edited = null
      tell()
    },
    empty() {
      aside = {}
      clear()
    },
  }
}

export function render({model, el}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  const kinds = new Map(model.kinds)
  const notebook = new Notebook(kinds)
  const subjectsOf = (kind) =>
    kind === "stage" ? [model.stage.subject].filter(Boolean) : model.standing[kind] ?? model.family[kind] ?? []
  const kept = make("p", {class: "hint"})
  const form = formView(model, notebook, {saved: () => show(), subjectsOf})

  const count = make("p", {class: "hint", role: "status"})
  const search = make("input", {type: "search", id: "note-search", autocomplete: "off"})
  const filter = make("fieldset", {class: "switch"}, make("legend", {class: "unseen"}, "Which notes"))
  for (const [value, words] of [["all", "All"], ["open", "Open"], ["resolved", "Resolved"]]) {
    const input = make("input", {type: "radio", name: "note-filter", value, checked: value === "all"})
    input.addEventListener("change", () => show())
    filter.append(make("label", {}, input, make("span", {}, words)))
  }
  search.addEventListener("input", () => show())
  const list = make("ol", {class: "kept", reversed: true})
  const gone = make("p", {class: "bar-of-buttons", hidden: true}) // what was deleted last can come back
  const finder = make("div", {}, make("label", {for: "note-search"}, "Search the notes"), search, filter)

  const stageIt = (note) => {
    window.scheduleLab.leavePlace(`?${note.link}`)
    dispatchEvent(new PopStateEvent("popstate"))
    if (window.scheduleLab.narrow()) document.getElementById("plot").scrollIntoView()
  }
  const drop = (note) => {
    notebook.drop(note.id)
    form.check()
    show()
    const back = act("Undo", () => {
      notebook.put([...notebook.notes, note].sort((a, b) => a.at.localeCompare(b.at)))
      gone.hidden = true
      show()
      list.querySelector(`[data-id="${note.id}"] button`)?.focus()
    }, {"aria-label": "Undo the deletion"})
    gone.replaceChildren("Note deleted.", back)
    gone.hidden = false
    back.focus()
  }
  const item = (note) => {
    const name = `${kinds.get(note.kind)}: ${note.title}`
    const done = note.ticks.filter(Boolean).length
    const long = note.text.length > WORDS
    return make("li", {"data-id": note.id},
      make("h4", {}, name),
      make("p", {class: "hint"}, `${day(note)} · ${isResolved(note) ? "resolved" : `open, ${done} of 3 reached`}`),
      make("p", {class: "words"}, shortened(note.text)),
      ...(note.next ? [make("p", {}, make("strong", {}, "Next: "), note.next)] : []),
      make("details", {}, make("summary", {}, "More"),
        ...(long ? [make("p", {class: "words"}, note.text)] : []),
        ...(note.detail ? [make("p", {}, note.detail)] : []),
        make("ul", {class: "evidence"}, ...note.evidence.map((line) => make("li", {}, line))),
        make("ul", {class: "evidence"}, ...model.criteria.map((words, n) => make("li", {}, `${note.ticks[n] ? "✓" : "○"} ${words} ${note.lines[n]}`.trim())))),
      make("div", {class: "bar-of-buttons"},
        ...(note.link ? [act("Put on the stage", () => stageIt(note), {
          "aria-disabled": String(!model.stage.link), "aria-label": `Put on the stage: ${name}`,
          title: model.stage.link ? "The state in which the note was written" : "Not while you predict",
        })] : []),
        act("Edit", () => form.edit(note), {"aria-label": `Edit: ${name}`}),
        act("Delete", () => drop(note), {"aria-label": `Delete: ${name}`})))
  }
  const hits = () => {
    const wanted = search.value.trim().toLowerCase()
    const which = filter.querySelector(":checked").value
    return notebook.notes.reverse().filter((note) => {
      const {kind, title, detail, evidence, text, next, lines} = note
      const all = [kinds.get(kind), title, detail, text, next, ...evidence, ...lines].join("\n").toLowerCase()
      return (which === "all" || isResolved(note) === (which === "resolved")) && all.includes(wanted)
    })
  }

  const status = make("p", {class: "hint", role: "status"})
  const say = (words) => write(status, words)
  const inWords = () => markdown(notebook.notes.reverse(), kinds, model.criteria)
  const [erase, sure] = confirmed("Erase all …", {
    name: "Erase all notes?",
    ask: "Erase all notes and the draft in this browser?",
    yes: "Yes, erase them",
    no: "No, keep them",
    done(yes) {
      if (yes) {
        notebook.put([])
        form.empty()
        gone.hidden = true
        show()
      }
      say(yes ? "The notes are erased." : "")
    },
  })
  const [importer, file] = chooser("Import …", "File of notes to import", (text) => {
    const {fresh, odd} = notebook.import(text)
    show()
    say(`${fresh} new ${fresh === 1 ? "note" : "notes"} taken in${odd ? `, ${odd} could not be taken` : ""}.`)
  }, () => say("This file holds no notes: export some here as JSON to see what it looks like."))
  const out = make("div", {class: "bar-of-buttons"},
    act("Export as Markdown", () => save("schedule-lab-notes.md", inWords(), "text/markdown")),
    act("Copy as Markdown", async () => {
      try {
        await navigator.clipboard.writeText(inWords())
        say("Copied.")
      } catch {
        say("This browser does not let the page copy: export the file instead.")
      }
    }),
    act("Export as JSON", () => save("schedule-lab-notes.json", notebook.json, "application/json")), importer, erase)

  const show = () => {
    const all = notebook.notes
    const found = hits()
    write(kept, notebook.kept
      ? "Kept in this browser only, on this device. Nothing of it is sent to the server."
      : "This browser keeps nothing for this page: your notes are gone when you leave. Export them first.")
    kept.classList.toggle("warning", !notebook.kept)
    finder.hidden = all.length === 0
    write(count, all.length === 0
      ? "None yet. A question that is tied to one line, one formula or one curve is easier to answer than a large one."
      : `${found.length} of ${all.length} ${all.length === 1 ? "note" : "notes"}, ${all.filter(isResolved).length} resolved`)
    const opened = new Set([...list.children].filter((each) => each.querySelector("details").open).map((each) => each.dataset.id))
    list.replaceChildren(...found.map(item))
    for (const each of list.children) each.querySelector("details").open = opened.has(each.dataset.id)
    list.hidden = found.length === 0
  }
  const follow = (event) => {
    if (event.key !== KEY && event.key !== null) return
    form.check()
    show()
  }
  addEventListener("storage", follow)
  const attend = ({detail}) => {
    if (model.open !== (detail === "notes")) model.open = detail === "notes"
  }
  document.addEventListener("companion", attend)
  model.on("remove", () => {
    removeEventListener("storage", follow)
    document.removeEventListener("companion", attend)
  })
  let held // whether there was nothing of the stage
  model.on("stage", () => {
    form.refill()
    if (held !== !model.stage.link) show() // notes can, or cannot, be put on it
    held = !model.stage.link
  })
  model.on("family", () => form.refill())
  model.on("standing", () => queueMicrotask(() => form.restore())) // the stage comes in the same message
  attend({detail: document.documentElement.dataset.companion})
  form.restore()
  show()
  el.replaceChildren(make("div", {class: "notes"},
    make("p", {class: "lesson"}, "Tie a question to something exact, say how you would know that it is answered, and what you do next."),
    kept, form.node, make("h3", {}, "Your notes"), count, finder, gone, list, out, file, sure, status))
}
