// The curve that follows a slider at once, before the server has heard of the move. The rules are the engine's own, see
// schedules/javascript.py; what the server answers then takes the place of what is drawn here.

window.scheduleLab.preview = (() => {
  const FEW = 1000 // updates; up to here each one is drawn
  const BUCKETS = 330 // of a longer run; of each the first, the lowest and the highest are drawn
  const MOST = 50_000 // updates that are looked at

  const given = new Map() // what the server has drawn last, by model
  const drawn = new Map() // what is drawn here instead, as long as a newer move is on its way

  /** The sources of the curve, of its part above the edge, of the edge and of the playhead; none before they are there. */
  function sources() {
    const [page] = window.Bokeh?.documents ?? []
    const found = ["schedule", "above_edge", "edge", "schedule_playhead"].map((name) => page?.get_model_by_name(`${name}_data`))
    if (found.includes(undefined) || found.includes(null)) return
    for (const source of found) {
      if (given.has(source)) continue
      given.set(source, source.data)
      source.properties.data.change.connect(() => {
        if (source.data === drawn.get(source)) return
        given.set(source, source.data)
        if (drawn.has(source)) put(source, drawn.get(source)) // the answer to an older move
      })
    }
    return found
  }

  const put = (source, data) => source.data !== data && source.setv({data}, {sync: false})

  /** The steps that a plot needs of a curve. */
  function steps(rate, T) {
    if (T <= FEW) return Array.from({length: T}, (_, t) => t)
    const stride = Math.ceil(T / MOST)
    const found = new Set()
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const first = Math.floor((bucket * T) / BUCKETS)
      const stop = Math.floor(((bucket + 1) * T) / BUCKETS)
      let [lowest, highest] = [first, first]
      let [low, high] = [rate(first), rate(first)]
      for (let t = first + 1; t < stop; t += stride) {
        const here = rate(t)
        if (here < low) [low, lowest] = [here, t]
        if (here > high) [high, highest] = [here, t]
      }
      for (const t of [first, Math.min(lowest, highest), Math.max(lowest, highest)]) found.add(t)
    }
    return [...found.add(T - 1)]
  }

  return {
    /** Draws the curve of a family with these values; one that these do not give is left to the server. */
    draw(family, values) {
      const [curve, above, edge, playhead] = sources() ?? []
      const rule = window.scheduleLab.rules[family]
      if (!curve || !rule || curve.data.lr.length === 0) return
      const rate = (t) => rule(t, values)
      const step = Int32Array.from(steps(rate, values.T))
      const lr = Float64Array.from(step, rate)
      if (!lr.every(Number.isFinite)) return
      drawn.set(curve, {step, lr})
      const [limit] = edge.data.y
      const high = limit === undefined ? new Float64Array(0) : lr.map((each) => (each > limit ? each : NaN))
      drawn.set(above, high.every(Number.isNaN) ? {step: [], lr: []} : {step, lr: high})
      const [at] = playhead.data.step
      const here = at === undefined ? undefined : Math.min(at, values.T - 1)
      drawn.set(playhead, here === undefined ? {step: [], lr: []} : {step: [here], lr: [rate(here)]})
      for (const [source, data] of drawn) put(source, data)
    },
    /** Shows what the server has drawn: nothing newer is on its way to it. */
    settle() {
      drawn.clear()
      for (const [source, data] of given) put(source, data)
    },
  }
})()
