// The ledger: what was predicted, how sure, what came out. It is kept in this browser and nowhere else.

const LEDGER = "schedule-lab.ledger"
const DRAFTS = "schedule-lab.drafts"
const MOST_ENTRIES = 5000
const MOST_DRAFTS = 20
const LONGEST = 4000 // characters of a text that is taken from a file
const TEXTS = ["exercise", "title", "ask", "predicted", "truth", "gap", "sure", "reason", "receipt", "seen", "remark", "neighbour", "at"]

const keyOf = ({exercise, seed}) => `${exercise}-${seed}`
/** The day in the reader's own time zone: missed ones come back on another day. */
const dayOf = (time) => {
  const at = new Date(time) // by hand: the first date that a page has written in a language costs it 30 ms
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join("-")
}

/** An entry of a file as one of ours, or null: a file can hold anything. */
function legalEntry(entry, exercises) {
  if (entry === null || typeof entry !== "object" || Array.isArray(entry)) return null
  const {exercise, seed, right, answer, at} = entry
  if (!exercises.includes(exercise)) return null
  if (!Number.isInteger(seed) || seed < 0 || seed > 999999) return null
  if (typeof right !== "boolean" || typeof at !== "string" || Number.isNaN(Date.parse(at))) return null
  if (!["guess", "fairly", "sure"].includes(entry.sure)) return null
  const plain = (value) => value === null || typeof value === "string" || Number.isFinite(value)
  if (!(plain(answer) || (Array.isArray(answer) && answer.length <= 50 && answer.every(plain)))) return null
  const legal = {exercise, seed, right, answer, worked: entry.worked === true}
  for (const name of TEXTS) if (typeof entry[name] === "string") legal[name] = entry[name].slice(0, LONGEST)
  legal.nudges = [0, 1, 2, 3].includes(entry.nudges) ? entry.nudges : 0
  legal.ticks = Array.isArray(entry.ticks) ? entry.ticks.filter((tick) => typeof tick === "string").slice(0, 3) : []
  return legal
}

class Ledger extends window.scheduleLab.Store {
  constructor(exercises) {
    super()
    this.exercises = exercises
  }
  get entries() {
    const found = this.read(LEDGER)?.entries
    return Array.isArray(found) ? found.map((entry) => legalEntry(entry, this.exercises)).filter(Boolean) : []
  }
  set entries(entries) {
    this.write(LEDGER, {version: 1, entries: entries.slice(-MOST_ENTRIES)})
  }
  find(question) {
    return this.entries.find((entry) => keyOf(entry) === keyOf(question))
  }
  /** Keeps a record; one of a question that is there already changes only what comes after the commit. */
  keep(record) {
    const {entries} = this
    const at = entries.findIndex((entry) => keyOf(entry) === keyOf(record))
    if (at < 0) entries.push({...record, at: new Date().toISOString()})
    else {
      const {seen, remark, ticks, neighbour} = record
      const before = JSON.stringify(entries[at])
      Object.assign(entries[at], {seen, remark, ticks, neighbour})
      if (JSON.stringify(entries[at]) === before) return
    }
    this.entries = entries
  }
  drop(question) {
    this.entries = this.entries.filter((entry) => keyOf(entry) !== keyOf(question))
  }
  misses(exercise) {
    let missed = 0 // in a row, up to now
    for (const entry of this.entries) if (entry.exercise === exercise) missed = entry.right ? 0 : missed + 1
    return missed
  }
  last(exercise) {
    return this.entries.findLast((entry) => entry.exercise === exercise)
  }
  /** Missed exercises that are due again, the sure-and-wrong first; `later` holds those of today. */
  get queue() {
    const weight = {sure: 0, fairly: 1, guess: 2}
    const missed = [...new Set(this.entries.map((entry) => entry.exercise))]
      .map((exercise) => this.last(exercise))
      .filter((entry) => !entry.right)
      .sort((a, b) => weight[a.sure] - weight[b.sure] || a.at.localeCompare(b.at))
    const today = dayOf(Date.now())
    return {due: missed.filter((e) => dayOf(e.at) < today), later: missed.filter((e) => dayOf(e.at) >= today)}
  }
  get calibration() {
    return ["guess", "fairly", "sure"].map((sure) => {
      const some = this.entries.filter((entry) => entry.sure === sure)
      return {sure, all: some.length, right: some.filter((entry) => entry.right).length}
    })
  }
  draft(question, draft) {
    const drafts = Object.entries(this.read(DRAFTS) ?? {}).filter(([key]) => key !== keyOf(question))
    if (draft) drafts.push([keyOf(question), draft])
    this.write(DRAFTS, Object.fromEntries(drafts.slice(-MOST_DRAFTS)))
  }
  /** The question that was begun last and is not committed, if any. */
  get lastDraft() {
    const begun = Object.entries(this.read(DRAFTS) ?? {}).filter(([, draft]) => draft?.answer != null || draft?.reason)
    const [exercise, seed] = begun.at(-1)?.[0].split("-") ?? []
    const question = {exercise, seed: Number(seed)}
    return this.exercises.includes(exercise) && Number.isInteger(question.seed) && !this.find(question) ? question : undefined
  }
  draftOf(question) {
    const drafts = this.read(DRAFTS)
    return drafts && typeof drafts === "object" ? drafts[keyOf(question)] : undefined
  }
  erase() {
    this.write(LEDGER, {version: 1, entries: []})
    this.write(DRAFTS, {})
  }
  /** Takes in the entries of a file; returns how many were new and how many could not be read. */
  import(text) {
    const found = JSON.parse(text)?.entries
    if (!Array.isArray(found)) throw new Error("no entries")
    const legal = found.slice(0, MOST_ENTRIES).map((entry) => legalEntry(entry, this.exercises))
    const mine = new Set(this.entries.map(keyOf))
    const fresh = legal.filter((entry) => entry && !mine.has(keyOf(entry)) && mine.add(keyOf(entry)))
    this.entries = [...this.entries, ...fresh].sort((a, b) => a.at.localeCompare(b.at))
    return {fresh: fresh.length, odd: legal.filter((entry) => !entry).length + Math.max(0, found.length - MOST_ENTRIES)}
  }
  get json() {
    return JSON.stringify({version: 1, entries: this.entries}, null, 2)
  }
  get markdown() {
    const plain = window.scheduleLab.escaped
    const lines = this.entries.map((entry) =>
      [
        `## ${entry.exercise}: ${plain(entry.title)} (seed ${entry.seed}, ${entry.at.slice(0, 10)})`,
        "",
        plain(entry.ask),
        "",
        `- Predicted: ${plain(entry.predicted)} (${plain(entry.sure)})`,
        `- Why: ${plain(entry.reason)}`,
        `- Came out: ${plain(entry.truth)}; ${entry.right ? "right" : "missed"}, ${plain(entry.gap)}`,
        ...(entry.remark ? [`- Seen: ${plain(entry.remark)}`] : []),
        "",
      ].join("\n"),
    )
    return ["# Schedule Lab: my predictions", "", ...lines].join("\n")
  }
}
