// The practice panel: a list of exercises, or the question on the desk; see practice.py. All of it is text.

const {act, chooser, confirmed, idle, make, save, write} = window.scheduleLab

const TYPING = 300 // ms without a key before what is typed is sent
const TICKS = 200 // positions of a slider along an axis

const isIdle = (button) => button.getAttribute("aria-disabled") === "true"

// What an act says of a draft; clearing sends null.
const DRAFTED = {predict: "answer", clear: "answer", why: "reason", sure: "sure"}

/** Sends the newest value after a pause; `pending` tells that what the page shows is newer than what was sent. */
function pausing(send) {
  let timer
  let newest
  const flush = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    send(newest())
  }
  return {
    put(read, pause = TYPING) {
      newest = read
      clearTimeout(timer)
      timer = setTimeout(flush, pause)
    },
    flush,
    get pending() { return timer !== undefined },
  }
}

/** 0.00031234 as 3.123e-4: short, and as the rest of the page writes it. */
function short(value) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  if (size < 1e-3 || size >= 1e6) return value.toExponential(3).replace(/\.?0+e/, "e").replace("e+", "e")
  return Number(value.toPrecision(4)).toLocaleString("en")
}

/** What stands in a field of numbers: null if nothing, and a text, which is refused, if it is no number. */
const typed = (input) => (input.value !== "" ? input.valueAsNumber : input.validity.badInput ? "no number" : null)

/** Values along an axis, `share` from 0 to 1. */
const along = ({low, high, scale}, share) =>
  scale === "log" ? low * (high / low) ** share : low + (high - low) * share
const shareOf = ({low, high, scale}, value) =>
  scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)

// The forms of an answer. Each has a node, `show(state)`, `focus()`, and where it waits before it sends, `later`;
// `send(value)` passes a prediction on. What the page shows while something waits is newer than any answer.

const FORMS = {
  number(form, send) {
    const input = make("input", {
      type: "number", step: "any", inputmode: "decimal", autocomplete: "off", id: "answer", "aria-describedby": "refusal",
    })
    const node = make("div", {class: "answer"},
      make("label", {for: "answer"}, "Your prediction"), input, make("span", {class: "unit"}, form.unit))
    const later = pausing(send)
    input.addEventListener("input", () => later.put(() => typed(input)))
    input.addEventListener("change", () => later.put(() => typed(input), 0))
    input.addEventListener("wheel", () => input.blur(), {passive: true})
    return {
      node,
      later,
      focus: () => input.focus(),
      show({answer, open, refusal}) {
        const typing = input.getRootNode().activeElement === input && open
        if (!typing && !refusal) input.value = answer ?? ""
        input.readOnly = !open
        input.setAttribute("aria-invalid", String(Boolean(refusal)))
      },
    }
  },

  choice(form, send) {
    const inputs = []
    const node = make("fieldset", {class: "answer choices"}, make("legend", {}, "Your prediction"))
    for (const [value, text] of form.options) {
      const input = make("input", {type: "radio", name: "answer", value})
      input.addEventListener("change", () => send(value))
      inputs.push(input)
      node.append(make("label", {}, input, make("span", {}, text)))
    }
    return {
      node,
      focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
      show({answer, open}) {
        for (const input of inputs) {
          input.checked = input.value === answer
          input.disabled = !open && !input.checked
        }
      },
    }
  },

  order(form, send) {
    const texts = new Map(form.items)
    let order = form.items.map(([key]) => key)
    const list = make("ol", {class: "order"})
    const keep = act("Keep this order", () => send(order))
    const node = make("fieldset", {class: "answer"}, make("legend", {}, "Your prediction, in order"),
      make("p", {class: "hint"}, `First: ${form.first}. Last: ${form.last}.`), list, keep)
    let open = true
    const move = (index, by) => {
      const to = index + by
      if (to < 0 || to >= order.length) return
      ;[order[index], order[to]] = [order[to], order[index]]
      draw()
      list.children[to].querySelector(by < 0 ? "button" : "button:last-of-type").focus()
      send([...order])
    }
    const draw = () =>
      list.replaceChildren(
        ...order.map((key, index) => {
          const text = texts.get(key)
          const button = (label, sign, by) => act(sign, () => move(index, by), {"aria-label": `Move ${text} ${label}`})
          const item = make("li", {}, make("span", {}, text))
          if (open) item.append(button("up", "↑", -1), button("down", "↓", 1))
          return item
        }),
      )
    return {
      node,
      focus: () => list.querySelector("button")?.focus(),
      show(state) {
        const order_ = state.answer ?? order
        const changed = open !== state.open || String(order_) !== String(order)
        open = state.open
        order = [...order_]
        if (changed || list.children.length === 0) draw()
        keep.hidden = !open || Boolean(state.answer)
      },
    }
  },

  place(form, send) {
    const axis = form.across
    const range = make("input", {type: "range", min: 0, max: TICKS, step: 1, id: "answer"})
    const exact = make("input", {type: "number", step: "any", inputmode: "decimal", "aria-label": `${axis.label}, exactly`})
    const node = make("div", {class: "answer"},
      make("label", {for: "answer"}, `Your place on the axis: ${axis.label}`), exact, range,
      make("p", {class: "hint"}, "Or click the place in the plot."))
    const say = (value) => `${short(value)} ${form.unit}`.trim()
    const later = pausing(send)
    range.addEventListener("input", () => {
      const value = Number(along(axis, range.value / TICKS).toPrecision(4))
      exact.value = value
      range.setAttribute("aria-valuetext", say(value))
      range.classList.remove("unset")
      later.put(() => value)
    })
    exact.addEventListener("input", () => later.put(() => typed(exact)))
    exact.addEventListener("change", () => later.put(() => typed(exact), 0))
    return {
      node,
      later,
      focus: () => range.focus(),
      show({answer, open, refusal}) {
        const root = range.getRootNode()
        if (root.activeElement !== range || !open) range.value = answer === null ? TICKS / 2 : TICKS * shareOf(axis, answer)
        if ((root.activeElement !== exact || !open) && !refusal) {
          exact.value = answer === null ? "" : Number(answer.toPrecision(4))
        }
        exact.setAttribute("aria-invalid", String(Boolean(refusal)))
        range.setAttribute("aria-valuetext", answer === null ? "not placed yet" : say(answer))
        range.classList.toggle("unset", answer === null)
        range.disabled = !open
        exact.readOnly = !open
      },
    }
  },

  sketch(form, send) {
    const {up, across} = form
    let heights = form.knots.map(() => null)
    const say = (value) => `${short(value)} ${form.unit}`.trim()
    const later = pausing(send)
    const rows = form.knots.map((knot, index) => {
      const name = `${up.label} at ${short(knot)}`
      const range = make("input", {type: "range", min: 0, max: TICKS, step: 2, "aria-label": name})
      const value = make("span", {class: "value"})
      range.addEventListener("input", () => {
        heights[index] = along(up, range.value / TICKS)
        range.setAttribute("aria-valuetext", say(heights[index]))
        range.classList.remove("unset")
        write(value, say(heights[index]))
        later.put(() => [...heights])
      })
      return {range, value, node: make("li", {}, make("span", {"aria-hidden": "true"}, short(knot)), range, value)}
    })
    const fold = make("details", {class: "knots"}, make("summary", {}, "Set heights by slider, without drawing"),
      make("p", {class: "hint"}, `One slider for each of ${rows.length} places along “${across.label}”. ` +
        "What lies between two that are set is joined by a line; the first and the last are needed."),
      make("ol", {}, ...rows.map((row) => row.node)))
    const node = make("div", {class: "answer"},
      make("p", {}, "Draw your prediction in the plot, from the left end to the right one."), fold)
    return {
      node,
      later,
      focus: () => (fold.open ? rows[0].range.focus() : fold.querySelector("summary").focus()),
      show({answer, open}) {
        heights = answer ? [...answer] : form.knots.map(() => null)
        rows.forEach(({range, value}, index) => {
          const height = heights[index]
          if (range.getRootNode().activeElement !== range || height === null) {
            range.value = height === null ? TICKS / 2 : TICKS * shareOf(up, height)
          }
          range.classList.toggle("unset", height === null)
          range.setAttribute("aria-valuetext", height === null ? "not drawn yet" : say(height))
          range.disabled = !open
          write(value, height === null ? "–" : say(height))
        })
      },
    }
  },
}

/** The question on the desk, from the prediction to what comes after the reveal. */
function deskView(first, fixed, {send, close, open}) {
  const form = FORMS[first.form.kind](first.form, (value) => send(value === null ? "clear" : "predict", value))
  const title = make("h3", {tabindex: -1}, `${first.exercise}. ${first.title}`)
  const about = make("p", {class: "hint"}, first.idea, " · ", make("span", {class: "badge"}, first.status))
  const ask = make("p", {class: "ask"}, first.ask)
  const worked = make("ol", {class: "worked"})
  const workedBox = make("section", {"aria-label": "Worked example"},
    make("p", {}, make("strong", {}, "Worked up to the last step, which is yours:")), worked)

  const undo = act("Undo", () => send("undo", null))
  const clear = act("Clear", () => send("clear", null))
  const refusal = make("p", {class: "hint warning", id: "refusal", role: "alert"})
  form.node.append(refusal)
  const changes = make("div", {class: "bar-of-buttons"}, undo, clear)

  const why = make("textarea", {id: "why", rows: 3, maxlength: fixed.most_text, "aria-describedby": "why-hint"})
  const whyBox = make("div", {}, make("label", {for: "why"}, "Why? Name what makes it so"), why,
    make("p", {class: "hint", id: "why-hint"}, `At least ${fixed.least_reason} characters. Nobody marks your words; you compare them.`))
  const saying = pausing((text) => send("why", text))
  why.addEventListener("input", () => saying.put(() => why.value))
  why.addEventListener("change", () => saying.put(() => why.value, 0))

  const degrees = []
  const sure = make("fieldset", {class: "switch sure"}, make("legend", {}, "How sure?"))
  for (const [value, text] of fixed.sure) {
    const input = make("input", {type: "radio", name: "sure", value})
    input.addEventListener("change", () => send("sure", value))
    degrees.push(input)
    sure.append(make("label", {}, input, make("span", {}, text)))
  }

  const flush = () => {
    form.later?.flush()
    saying.flush()
  }
  const nudges = make("ol", {class: "nudges", "aria-live": "polite"})
  const nudge = act("A nudge", () => send("nudge", null))
  const commit = make("button", {type: "button", class: "main", "aria-disabled": "true"}, "Commit")
  commit.addEventListener("click", () => {
    const waits = form.later?.pending || saying.pending
    flush() // what stands in the form is what is committed
    if (isIdle(commit) && !waits) return goMissing()
    send("commit", null)
  })
  const missing = make("p", {class: "hint", id: "missing"})
  commit.setAttribute("aria-describedby", "missing")
  const goMissing = () => {
    if (shown.phase === "predict") form.focus()
    else if (shown.phase === "why") why.focus()
    else if (shown.phase === "sure") degrees[0].focus()
  }

  const result = make("section", {class: "result", "aria-label": "Result"})
  const live = make("p", {class: "unseen", role: "status", "aria-live": "polite"})
  const notices = make("ul", {class: "notices"})
  const before = make("div", {class: "before"}, changes, whyBox, sure, nudges, nudge)
  const copy = act("Copy link", async () => {
    const link = `${location.origin}${location.pathname}?exercise=${first.exercise}&exercise_seed=${first.seed}`
    try {
      await navigator.clipboard.writeText(link)
      write(copy, "Link copied")
    } catch {
      window.prompt("Copy this link:", link)
    }
    setTimeout(() => write(copy, "Copy link"), 1500)
  }, {title: "To set this very question: the link holds exercise and seed, and no answer"})
  const node = make("article", {class: "desk"},
    make("div", {class: "bar-of-buttons"}, act("← All exercises", close), copy),
    notices, title, about, ask, workedBox, form.node, before, make("div", {class: "commit"}, commit, missing), result, live)
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && shown.open) commit.click()
  })

  let shown = first
  const after = resultView(fixed, {send, open})
  result.append(after.node)

  return {
    node,
    /** `stale` says that newer input is on its way: then inputs stay as they are. */
    show(state, justCommitted, stale) {
      shown = state
      if (!state.open || !(stale || form.later?.pending)) form.show(state)
      workedBox.hidden = state.worked.length === 0
      worked.replaceChildren(...[...state.worked, state.last_step].filter(Boolean).map((line) => make("li", {}, line)))
      notices.hidden = state.notices.length === 0
      notices.replaceChildren(...state.notices.map((text) => make("li", {}, text)))
      idle(undo, !state.can_undo)
      idle(clear, state.answer === null)
      write(refusal, state.refusal)
      refusal.hidden = state.refusal === ""
      changes.hidden = !state.open
      if (!state.open || !(stale || saying.pending || why.getRootNode().activeElement === why)) why.value = state.reason
      why.readOnly = !state.open
      for (const input of degrees) {
        if (!stale) input.checked = input.value === state.sure
        input.disabled = !state.open && !input.checked
      }
      nudges.hidden = state.nudges.length === 0
      const another = nudges.children.length !== state.nudges.length
      if (another) nudges.replaceChildren(...state.nudges.map((text) => make("li", {}, text)))
      nudge.hidden = !state.open
      idle(nudge, !state.more_nudges)
      write(nudge, !state.nudges.length ? "A nudge" : state.more_nudges ? "Another nudge" : "No more nudges")
      if (another && nudge.matches(":focus")) nudge.scrollIntoView({block: "nearest"}) // with the new one above it
      commit.parentElement.hidden = !state.open
      idle(commit, state.missing !== "")
      write(missing, state.missing ? `Still missing: ${state.missing[0].toLowerCase()}${state.missing.slice(1)}.` : "Once committed, it stays.")
      result.hidden = state.open
      if (!state.open) after.show(state)
      if (justCommitted) {
        write(live, `Committed. ${state.right ? "It fits" : "It does not fit"}: you predicted ${state.predicted}; it is ${state.truth}; ${state.gap}.`)
        after.focus()
      }
    },
    focus: () => title.focus(),
    flush,
    /** Commits, as the key of presenter mode asks; what is missing gets the focus. */
    reveal: () => shown.open && commit.click(),
  }
}

/** What stands there after the commit: both answers, the gap, the wrong models, and what the student makes of it. */
function resultView(fixed, {send, open}) {
  const title = make("h4", {tabindex: -1})
  const table = make("dl", {class: "both"})
  const features = make("ul", {class: "features"})
  const because = make("p", {})
  const models = make("ul", {class: "models"})
  const others = make("details", {}, make("summary", {}, "Other ways of thinking, and where they lead"), models)
  const yours = make("p", {class: "yours"})
  const rows = make("table", {})
  const picture = make("details", {}, make("summary", {}, "Show the picture as a table"), rows)
  const saw = make("fieldset", {class: "choices"}, make("legend", {}, "What did you see? It came out …"))
  const remark = make("textarea", {id: "remark", rows: 2, maxlength: fixed.most_text})
  const echo = make("p", {class: "hint", role: "status"})
  const rubric = make("fieldset", {class: "rubric"}, make("legend", {}, "Before you go on: you judge, the page only suggests"))
  const receipt = make("p", {class: "hint"})
  const sibling = act("Same question, other numbers", () => open(state.exercise, state.next_seed))
  const next = act("Next exercise", () => open(nextOf(state.exercise), 0), {class: "main"})
  const nextOf = (key) => {
    const keys = fixed.catalogue.map((exercise) => exercise.key)
    return keys[(keys.indexOf(key) + 1) % keys.length]
  }
  const locked = make("p", {class: "hint"}, "First say what you saw.")
  const node = make("div", {}, title, table, features, yours, because, others, picture, saw,
    make("label", {for: "remark"}, "What explains the gap? (if you like)"), remark, echo, rubric,
    make("div", {class: "bar-of-buttons"}, next, sibling), locked, receipt)
  let state = {}
  let drawn
  const remarking = pausing((text) => state.seen && send("saw", [state.seen, text]))
  remark.addEventListener("input", () => remarking.put(() => remark.value))
  remark.addEventListener("change", () => remarking.put(() => remark.value, 0))

  const draw = () => {
    saw.replaceChildren(saw.firstChild, ...state.options_seen.map(([value, text]) => {
      const input = make("input", {type: "radio", name: "saw", value})
      input.addEventListener("change", () => send("saw", [value, remark.value]))
      return make("label", {}, input, make("span", {}, text))
    }))
    rubric.replaceChildren(rubric.firstChild, ...state.rubric.map(([line, text]) => {
      const input = make("input", {type: "checkbox", value: line})
      input.addEventListener("change", () => send("tick", [line, input.checked]))
      return make("label", {}, input, make("span", {}, text), make("span", {class: "hint"}))
    }))
    if (state.near.length) {
      const select = make("select", {"aria-label": "The neighbouring idea"},
        make("option", {value: ""}, "Which neighbouring idea? …"),
        ...state.near.map(([key, text]) => make("option", {value: key}, `${key}. ${text}`)))
      select.addEventListener("change", () => send("neighbour", select.value))
      rubric.append(select)
    }
    models.replaceChildren(...state.others.map((told) =>
      make("li", {}, make("strong", {}, `${told.value}: ${told.name}. `), `${told.assumes} ${told.parts}`)))
    features.replaceChildren(...state.features.map(([text, holds]) => make("li", {}, `${holds ? "✓" : "✗"} ${text}: ${holds ? "agrees" : "differs"}`)))
    const [head = [], ...body] = state.drawn
    picture.hidden = body.length === 0
    rows.replaceChildren(make("caption", {class: "unseen"}, "Prediction and truth"),
      make("thead", {}, make("tr", {}, ...head.map((text) => make("th", {scope: "col"}, text)))),
      make("tbody", {}, ...body.map(([first, ...cells]) =>
        make("tr", {}, make("th", {scope: "row"}, first), ...cells.map((text) => make("td", {}, text))))))
    table.replaceChildren(
      make("dt", {}, "You predicted"), make("dd", {}, state.predicted),
      make("dt", {}, "It is"), make("dd", {}, make("strong", {}, state.truth)),
      make("dt", {}, "The gap"), make("dd", {}, state.gap))
  }
  return {
    node,
    focus() {
      title.focus({preventScroll: true})
      // Beside the stage the panel scrolls by itself, and the stage stays where it is.
      const panel = document.getElementById("companion-practice")
      if (getComputedStyle(panel).overflowY !== "auto") return title.scrollIntoView({block: "start"})
      panel.scrollTop += title.getBoundingClientRect().top - panel.getBoundingClientRect().top
    },
    show(now) {
      state = now
      if (drawn !== now.receipt) {
        drawn = now.receipt
        draw()
      }
      write(title, now.right ? "✓ Your prediction holds" : "✗ It came out differently")
      const told = now.others.find((other) => other.yours)
      yours.hidden = !told
      write(yours, told ? `That is what you get if ${told.name}. ${told.assumes} ${told.parts}` : "")
      write(because, now.because)
      features.hidden = now.features.length === 0
      for (const input of saw.querySelectorAll("input")) input.checked = input.value === now.seen
      // Before it is said what was seen, a remark stands here alone.
      if (now.seen && !remarking.pending && remark.getRootNode().activeElement !== remark) remark.value = now.remark
      write(echo, now.seen === "" ? "" : now.saw_right ? "Yes, that is what there is to see." : `Look again: it came out ${now.seen_words}.`)
      now.rubric.forEach(([, , suggestion, ticked], index) => {
        const label = rubric.querySelectorAll("label")[index]
        label.querySelector("input").checked = ticked
        write(label.querySelector(".hint"), suggestion)
      })
      const select = rubric.querySelector("select")
      if (select) select.value = now.neighbour
      for (const button of [next, sibling]) idle(button, now.seen === "")
      locked.hidden = now.seen !== ""
      write(receipt, `Computed by the engine from seed ${now.seed}. Receipt ${now.receipt}: the same for the same prediction.`)
    },
  }
}

/** The list of exercises by idea, what is due again, and the ledger. */
function listView(fixed, ledger, {open, redraw}) {
  const start = make("div", {class: "start"})
  const due = make("section", {"aria-label": "Due again"})
  const ideas = make("div", {})
  const seed = make("input", {type: "number", id: "exercise-seed", min: 0, max: fixed.largest_seed, step: 1, value: 0})
  const seeds = make("p", {class: "hint seeds"}, make("label", {for: "exercise-seed"}, "Numbers from seed"), seed,
    " An instructor who sets an exercise shares the link in the address bar: it holds exercise and seed.")
  const seedOf = () => (Number.isInteger(seed.valueAsNumber) ? Math.min(fixed.largest_seed, Math.max(0, seed.valueAsNumber)) : 0)
  const marks = {none: ["○", "not tried"], right: ["✓", "right"], wrong: ["✗", "missed"]}
  const markOf = (entry) => marks[entry ? (entry.right ? "right" : "wrong") : "none"]
  const again = ({exercise, seed}) => open(exercise, seed + 1)
  const titleOf = (key) => fixed.catalogue.find((exercise) => exercise.key === key)?.title ?? key
  const ledgerBox = ledgerView(fixed, ledger, redraw, open)
  const node = make("div", {class: "list"},
    make("p", {class: "lesson"}, "Predict first, then look: those who only watch learn no more than those who never saw it. " +
      "While you predict, the stage is covered."),
    start, due, ideas, seeds, ledgerBox.node)
  return {
    node,
    show() {
      const next = fixed.catalogue.find(({key}) => !ledger.last(key))
      const begun = ledger.entries.length > 0
      const left = ledger.lastDraft
      start.replaceChildren(...(left ? [act(`Go on with ${left.exercise}, where you left it`, () => open(left.exercise, left.seed))] : []), next
        ? act(`${begun ? "Go on" : "Begin"}: ${next.title}`, () => open(next.key, seedOf()), {class: "main"})
        : make("p", {}, "You have tried every exercise. Take one again with other numbers."))
      const {due: now, later} = ledger.queue
      due.hidden = now.length + later.length === 0
      due.replaceChildren(make("h3", {}, "To try again"), make("ul", {class: "exercises"},
        ...now.map((entry) => make("li", {}, act(`${entry.exercise}. ${titleOf(entry.exercise)}`, () => again(entry)),
          make("span", {class: "hint"}, entry.sure === "sure" ? "you were sure, and it came out differently" : "missed")))),
        ...(later.length ? [make("p", {class: "hint"}, `Missed today, and back tomorrow with other numbers: ${later.map((entry) => entry.exercise).join(", ")}.`)] : []))
      const opened = new Set([...ideas.querySelectorAll("details[open]")].map((fold) => fold.dataset.idea))
      if (!ideas.children.length) opened.add(next?.idea ?? fixed.ideas[0][0])
      ideas.replaceChildren(...fixed.ideas.map(([idea, text]) => {
        const some = fixed.catalogue.filter((exercise) => exercise.idea === idea)
          .sort((a, b) => a.key.slice(1) - b.key.slice(1))
        const done = some.filter(({key}) => ledger.last(key)?.right).length
        const fold = make("details", {"data-idea": idea, open: opened.has(idea)}, make("summary", {}, `${text} (${done} of ${some.length})`),
          make("ul", {class: "exercises"}, ...some.map(({key, title, surprising}) => {
            const [sign, words] = markOf(ledger.last(key))
            return make("li", {}, make("span", {class: "mark", role: "img", "aria-label": words, title: words}, sign),
              act(`${key}. ${title}`, () => open(key, seedOf())),
              ...(surprising ? [make("span", {class: "hint"}, "surprising")] : []))
          })))
        return fold
      }))
      ledgerBox.show()
    },
    focus: () => start.querySelector("button")?.focus(),
  }
}

function ledgerView(fixed, ledger, redraw, open) {
  const sureWords = Object.fromEntries(fixed.sure)
  const kept = make("p", {class: "hint"})
  const calibration = make("table", {class: "calibration"})
  calibration.createCaption().textContent = "How often right, by how sure"
  const status = make("p", {class: "hint", role: "status"})
  const entries = make("ol", {class: "entries"})
  const say = (text) => write(status, text)
  const [erase, sureToErase] = confirmed("Erase …", {
    name: "Erase the ledger?",
    ask: "Erase all predictions and drafts in this browser?",
    yes: "Yes, erase them",
    no: "No, keep them",
    done(sure) {
      if (sure) {
        ledger.erase()
        redraw()
      }
      say(sure ? "The ledger is empty." : "")
    },
  })
  const take = (text) => {
    const {fresh, odd} = ledger.import(text)
    redraw()
    say(`${fresh} new ${fresh === 1 ? "prediction" : "predictions"} taken in${odd ? `, ${odd} could not be read` : ""}.`)
  }
  const [importer, file] = chooser("Import …", "Ledger file to import", take, () =>
    say("This file is not a ledger: export one here as JSON to see what it looks like."))
  const node = make("details", {class: "ledger"}, make("summary", {}, "Your ledger"), kept, calibration, entries,
    make("div", {class: "bar-of-buttons"},
      act("Export as JSON", () => save("schedule-lab-ledger.json", ledger.json, "application/json")),
      act("Export as Markdown", () => save("schedule-lab-ledger.md", ledger.markdown, "text/markdown")),
      importer, erase), file, sureToErase, status)
  return {
    node,
    show() {
      const all = ledger.entries
      write(kept, ledger.kept
        ? "Kept in this browser only, on this device. Nothing of it is stored on the server."
        : "This browser keeps nothing for this page: what you predict is gone when you leave.")
      const body = calibration.tBodies[0] ?? calibration.createTBody()
      body.replaceChildren(...ledger.calibration.map(({sure, all: some, right}) => {
        const share = some ? Math.round((100 * right) / some) : 0
        const bar = make("span", {class: "meter", "aria-hidden": "true"})
        bar.style.setProperty("--share", `${share}%`)
        return make("tr", {}, make("th", {scope: "row"}, sureWords[sure]), make("td", {}, bar),
          make("td", {}, some ? `${right} of ${some} right` : "none yet"))
      }))
      entries.replaceChildren(...[...all].reverse().map((entry) => {
        const words = `${entry.right ? "✓" : "✗"} ${entry.exercise}, ${dayOf(entry.at)}: predicted ${entry.predicted ?? "?"}, ` +
          `was ${entry.truth ?? "?"} (${(sureWords[entry.sure] ?? "").toLowerCase()})`
        return make("li", {}, act(words, () => open(entry.exercise, entry.seed, true), {title: entry.reason ?? ""}))
      }))
      entries.hidden = all.length === 0
    },
  }
}

export function render({model, el, view}) {
  el.getRootNode().adoptedStyleSheets = [window.scheduleLab.sheet]
  window.scheduleLab.holdPen(view.model.document)
  const ledger = new Ledger(model.fixed.catalogue.map(({key}) => key))
  const page = document.documentElement
  const root = make("div", {class: "practice"})
  let desk
  let before = {} // what was shown last
  let waiting = []
  let onTheWay = []
  let flying = 0
  let seq = 0
  let watchdog

  // One batch is on its way at a time; what comes meanwhile follows in its order.
  const flush = () => {
    if (flying || waiting.length === 0) return
    flying = ++seq
    onTheWay = waiting.splice(0, model.fixed.most_acts)
    watchdog = setTimeout(landed, 5000)
    model.sent = {seq: flying, acts: onTheWay}
  }
  const landed = () => {
    clearTimeout(watchdog)
    flying = 0
    onTheWay = []
    flush()
  }
  model.on("done", () => flying && model.done >= flying && landed())
  /** Keeps a draft of the open question, with what the server has not answered yet: a reload may come first. */
  const keepDraft = ({exercise, seed, answer, reason, sure, nudges}) => {
    const acts = [...onTheWay, ...waiting]
    const leaves = acts.findIndex(([name]) => ["open", "close"].includes(name))
    const here = leaves < 0 ? acts : acts.slice(0, leaves)
    const question = {exercise, seed}
    const resuming = here.some(([name]) => name === "resume")
    const draft = resuming ? {...ledger.draftOf(question)} : {answer, reason, sure, nudges: nudges.length}
    for (const [name, value] of here) if (name in DRAFTED) draft[DRAFTED[name]] = value
    if (stroke) draft.answer = stroke
    ledger.draft(question, draft)
  }
  const send = (name, value) => {
    if (!["why", "sure", "nudge"].includes(name)) stroke = undefined
    const at = waiting.findLastIndex(([waits]) => waits === name)
    if (["predict", "why"].includes(name) && at >= 0 && at === waiting.length - 1) waiting[at] = [name, value]
    else waiting.push([name, value])
    if (before.open && name in DRAFTED) keepDraft(before)
    flush()
  }
  let resumed // the question whose record has been sent
  const resume = (question) => {
    const record = ledger.find(question)
    resumed = record ? keyOf(question) : undefined
    const kept = {misses: ledger.misses(question.exercise)}
    send("resume", record ? {...kept, record} : {...kept, draft: ledger.draftOf(question) ?? null})
  }
  const leavePlace = () => window.scheduleLab.leavePlace?.()
  /** Opens a question: the first from this seed on that is not answered yet, or this very one. */
  const open = (exercise, seed, this_one = false) => {
    const most = model.fixed.largest_seed + 1
    let free = seed % most
    if (!this_one) while (ledger.find({exercise, seed: free})) free = (free + 1) % most
    wanted = keyOf({exercise, seed: free})
    leavePlace()
    send("open", {exercise, seed: free})
  }
  let stroke // of the pen, until the server has taken it: it is sent beside the acts
  let wanted = null // what the reader has asked for, "" for the list: the focus follows when it is there
  const close = () => {
    wanted = ""
    leavePlace()
    send("close", null)
  }
  window.scheduleLab.leavePractice = close
  const list = listView(model.fixed, ledger, {open, redraw: () => list.show()})

  const show = () => {
    const state = model.shown
    const same = desk && before.exercise === state.exercise && before.seed === state.seed
    if (!same || JSON.stringify(state.answer) !== JSON.stringify(before.answer)) stroke = undefined
    page.toggleAttribute("data-held", Boolean(state.open))
    page.toggleAttribute("data-canvas", Boolean(state.canvas))
    if (!state.exercise) {
      desk = undefined
      list.show()
      if (root.firstChild !== list.node) {
        root.replaceChildren(list.node)
        if (wanted === "") list.focus()
      }
    } else {
      const committed = same && before.open && !state.open
      if (!same) {
        desk = deskView(state, model.fixed, {send, close, open})
        root.replaceChildren(desk.node)
      }
      desk.show(state, committed, waiting.length > 0)
      if (!same) resume(state) // what this browser has kept of it
      if (!same && wanted === keyOf(state)) desk.focus()
      if (state.record) ledger.keep(state.record)
      else if (same && resumed === keyOf(state) && state.refusal) ledger.drop(state) // what it kept cannot be read
      else if (same) keepDraft(state)
      if (committed) ledger.draft(state, undefined)
    }
    if (wanted === (state.exercise ? keyOf(state) : "")) wanted = null
    before = state
  }
  model.on("shown", show)
  show()
  // What another tab commits is committed here.
  const follow = (event) => {
    if (event.key !== LEDGER) return
    if (before.open && ledger.find(before)) resume(before)
    else if (!before.exercise) list.show()
  }
  addEventListener("storage", follow)
  const leave = () => desk?.flush()
  addEventListener("pagehide", leave)
  const drawn = ({detail}) => {
    stroke = detail
    if (before.open) keepDraft(before)
  }
  document.addEventListener("drawn", drawn)
  const reveal = () => desk?.reveal()
  document.addEventListener("reveal", reveal)
  model.on("remove", () => {
    removeEventListener("storage", follow)
    removeEventListener("pagehide", leave)
    document.removeEventListener("drawn", drawn)
    document.removeEventListener("reveal", reveal)
  })
  el.replaceChildren(root)
}
