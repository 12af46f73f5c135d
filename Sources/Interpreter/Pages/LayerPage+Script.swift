extension LayerPage {
  /// The quantizer is the program's: scale and zero point from the range, z + rint(x·(1/s)), clamp, (q − z)·s.
  static let script = #"""
    function gridOf(bits, symmetric) {
      const edge = 2 ** (bits - 1) - 1;
      return symmetric ? { low: -edge, high: edge } : { low: 0, high: 2 ** bits - 1 };
    }
    function parameters(low, high, grid, symmetric) {
      low = Math.min(f32(low), 0); high = Math.max(f32(high), 0);
      const steps = grid.high - grid.low, least = 1.1920928955078125e-7;
      if (symmetric) return { scale: Math.max(f32(Math.max(-low, high) / f32(steps / 2)), least), zero: 0 };
      const scale = Math.max(f32(f32(high - low) / steps), least);
      return { scale, zero: Math.min(Math.max(grid.low - rint(f32(low / scale)), grid.low), grid.high) };
    }
    // Rounding and clipping lose apart: a value beyond the grid's ends is clipped, any other is rounded.
    function loss(values, from, to, p, grid, sum) {
      const inverse = f32(1 / p.scale);
      for (let i = from; i < to; ++i) {
        const x = values[i], raw = rint(f32(x * inverse)) + p.zero;
        const code = Math.min(Math.max(raw, grid.low), grid.high);
        const error = x - f32((code - p.zero) * p.scale);
        sum.power += x * x;
        if (raw < grid.low || raw > grid.high) { sum.clipped += 1; sum.clipping += error * error; }
        else sum.rounding += error * error;
      }
    }

    class Part {
      constructor(key) {
        const given = data[key];
        this.key = key; this.values = floats(given.values); this.channels = given.channels;
        this.bits = given.bits; this.symmetric = given.symmetric; this.perChannel = false; this.unit = given.unit;
        let low = 0, high = 0;
        for (const x of this.values) { low = Math.min(low, x); high = Math.max(high, x); }
        if (low === high) high = low + 1;
        this.ends = { low, high }; this.low = low; this.high = high;
        this.rows = [];
        const width = this.values.length / this.channels;
        for (let c = 0; c < this.channels; ++c) {
          let least = 0, most = 0;
          for (let i = c * width; i < (c + 1) * width; ++i) {
            least = Math.min(least, this.values[i]); most = Math.max(most, this.values[i]);
          }
          this.rows.push({ from: c * width, to: (c + 1) * width, low: least, high: most });
        }
        this.margin = (high - low) * 0.04;
        this.build();
        this.update();
      }
      // A channel's range is its own, cut by as much as the handles cut the whole.
      ranges() {
        if (!this.perChannel) return [{ from: 0, to: this.values.length, low: this.low, high: this.high }];
        const down = this.ends.low < 0 ? this.low / this.ends.low : 1;
        const up = this.ends.high > 0 ? this.high / this.ends.high : 1;
        return this.rows.map(r => ({ from: r.from, to: r.to, low: r.low * down, high: r.high * up }));
      }
      measure() {
        const grid = gridOf(this.bits, this.symmetric);
        const sum = { power: 0, rounding: 0, clipping: 0, clipped: 0 };
        const all = this.ranges().map(r => {
          let { low, high } = r;
          if (this.symmetric) { high = Math.max(-low, high); low = -high; }
          const p = parameters(low, high, grid, this.symmetric);
          loss(this.values, r.from, r.to, p, grid, sum);
          return p;
        });
        const noise = sum.rounding + sum.clipping;
        return {
          grid, parameters: all, ...sum, noise, count: this.values.length,
          sqnr: noise > 0 && sum.power > 0 ? 10 * Math.log10(sum.power / noise) : null };
      }
      x(value) {
        const from = this.ends.low - this.margin, to = this.ends.high + this.margin;
        return 40 + (value - from) / (to - from) * 780;
      }
      value(x) {
        const from = this.ends.low - this.margin, to = this.ends.high + this.margin;
        return from + (x - 40) / 780 * (to - from);
      }
      build() {
        const section = byId(this.key);
        const controls = document.createElement("div");
        controls.className = "controls";
        controls.innerHTML =
          `<label>bits <input type="range" min="2" max="8" step="1" value="${this.bits}" id="${this.key}-bits"> ` +
          `<output id="${this.key}-width">${this.bits}</output></label>` +
          `<label><input type="checkbox" id="${this.key}-symmetric"${this.symmetric ? " checked" : ""}> symmetric ` +
          `(zero point 0)</label>` +
          (this.channels > 1
            ? `<label><input type="checkbox" id="${this.key}-channels"> a scale for each channel</label>` : "") +
          `<button type="button" id="${this.key}-reset">whole range</button>`;
        section.append(controls);
        this.svg = element("svg", { viewBox: "0 0 860 230", role: "group",
          "aria-label": `histogram of the ${this.key} with two handles` });
        section.append(this.svg);
        this.drawHistogram();
        this.shade = [element("rect", { class: "clipped", y: 10, height: 170 }),
          element("rect", { class: "clipped", y: 10, height: 170 })];
        this.levels = element("path", { class: "grid" });
        this.svg.append(...this.shade, this.levels);
        this.handles = { low: this.handle("low"), high: this.handle("high") };
        this.table = document.createElement("table");
        this.table.id = this.key + "-numbers";
        this.table.setAttribute("aria-live", "polite");
        section.append(this.table);
        byId(this.key + "-bits").addEventListener("input", event => {
          this.bits = +event.target.value; byId(this.key + "-width").value = this.bits; this.update();
        });
        byId(this.key + "-symmetric").addEventListener("change", event => {
          this.symmetric = event.target.checked; this.update();
        });
        const perChannel = byId(this.key + "-channels");
        if (perChannel) perChannel.addEventListener("change", event => {
          this.perChannel = event.target.checked; this.update();
        });
        byId(this.key + "-reset").addEventListener("click", () => {
          this.low = this.ends.low; this.high = this.ends.high; this.update();
        });
      }
      drawHistogram() {
        const bins = 120, from = this.ends.low, width = (this.ends.high - from) / bins;
        const counts = new Array(bins).fill(0);
        for (const x of this.values) counts[Math.min(Math.max(Math.floor((x - from) / width), 0), bins - 1)] += 1;
        const most = Math.log(1 + Math.max(...counts));
        let path = `M${this.x(from)} 180`;
        counts.forEach((count, bin) => {
          path += `V${(180 - 165 * Math.log(1 + count) / most).toFixed(1)}H${this.x(from + (bin + 1) * width).toFixed(1)}`;
        });
        this.svg.append(element("path", { class: "bars", d: path + "V180Z" }),
          element("path", { class: "axis", d: "M40 180H820" }),
          element("text", { x: 40, y: 20 }, `${this.unit}s a bin, logarithmic`),
          element("text", { x: this.x(this.ends.low), y: 225, "text-anchor": "start" }, short(this.ends.low)),
          element("text", { x: this.x(0), y: 225, "text-anchor": "middle" }, this.ends.low < 0 ? "0" : ""),
          element("text", { x: this.x(this.ends.high), y: 225, "text-anchor": "end" }, short(this.ends.high)));
      }
      handle(side) {
        const node = element("g", {
          class: "handle", tabindex: 0, role: "slider", id: `${this.key}-${side}`,
          "aria-label": `${side === "low" ? "lower" : "upper"} end of the range` });
        node.append(element("line", { x1: 0, x2: 0, y1: 10, y2: 190 }),
          element("rect", { x: -7, y: 188, width: 14, height: 22, rx: 3 }));
        this.svg.append(node);
        node.addEventListener("keydown", event => {
          const step = (this.ends.high - this.ends.low) / (event.shiftKey ? 10 : 100);
          const moves = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step,
            PageDown: -10 * step, PageUp: 10 * step };
          if (event.key in moves) this.move(side, this[side] + moves[event.key]);
          else if (event.key === "Home") this.move(side, side === "low" ? this.ends.low : 0);
          else if (event.key === "End") this.move(side, side === "low" ? 0 : this.ends.high);
          else return;
          event.preventDefault();
        });
        node.addEventListener("pointerdown", event => { node.setPointerCapture(event.pointerId); node.focus(); });
        node.addEventListener("pointermove", event => {
          if (!node.hasPointerCapture(event.pointerId)) return;
          const box = this.svg.getBoundingClientRect();
          this.move(side, this.value((event.clientX - box.left) / box.width * 860));
        });
        return node;
      }
      // 0 stays in the range: padding and ReLU need it to be exact.
      move(side, value) {
        this[side] = side === "low"
          ? Math.min(Math.max(value, this.ends.low), 0) : Math.max(Math.min(value, this.ends.high), 0);
        if (this.low === 0 && this.high === 0) this[side] = (side === "low" ? this.ends.low : this.ends.high) / 100;
        this.update();
      }
      update() {
        const m = this.measure(), first = m.parameters[0];
        this.result = m;
        for (const side of ["low", "high"]) {
          const node = this.handles[side];
          node.setAttribute("transform", `translate(${this.x(this[side])} 0)`);
          node.setAttribute("aria-valuemin", side === "low" ? this.ends.low : 0);
          node.setAttribute("aria-valuemax", side === "low" ? 0 : this.ends.high);
          node.setAttribute("aria-valuenow", this[side]);
          node.setAttribute("aria-valuetext", short(this[side]));
        }
        const one = !this.perChannel;
        const from = (m.grid.low - first.zero) * first.scale, to = (m.grid.high - first.zero) * first.scale;
        const left = one ? Math.max(this.x(from), 40) : this.x(this.low);
        const right = one ? Math.min(this.x(to), 820) : this.x(this.high);
        this.shade[0].setAttribute("x", 40); this.shade[0].setAttribute("width", Math.max(left - 40, 0));
        this.shade[1].setAttribute("x", right); this.shade[1].setAttribute("width", Math.max(820 - right, 0));
        let ticks = "";
        if (one && m.grid.high - m.grid.low <= 64) {
          for (let code = m.grid.low; code <= m.grid.high; ++code) {
            const x = this.x((code - first.zero) * first.scale);
            if (x >= 40 && x <= 820) ticks += `M${x.toFixed(1)} 60V186`;
          }
        }
        this.levels.setAttribute("d", ticks);
        const scales = m.parameters.map(p => p.scale);
        const rows = [
          ["range", one ? `${short(from)} … ${short(to)}` : "of each channel, cut as the handles are"],
          ["grid", `${m.grid.low} … ${m.grid.high}, ${m.grid.high - m.grid.low + 1} integers`],
          ["scale", one ? short(first.scale) : `${short(Math.min(...scales))} … ${short(Math.max(...scales))}`],
          ["zero point", one ? first.zero : this.symmetric ? "0" : "of each channel"],
          ["rounding error, mean square", short(m.rounding / m.count)],
          ["clipping error, mean square", short(m.clipping / m.count)],
          ["clipped", `${(100 * m.clipped / m.count).toFixed(3)} %`],
          ["SQNR", m.sqnr === null ? "exact" : `${m.sqnr.toFixed(2)} dB`]];
        this.table.replaceChildren(...rows.map(([name, text]) => {
          const row = document.createElement("tr");
          const head = document.createElement("th"), cell = document.createElement("td");
          head.scope = "row"; head.textContent = name; cell.textContent = text;
          row.append(head, cell);
          return row;
        }));
        showAccuracy();
      }
    }

    function showAccuracy() {
      const bits = parts.weights && parts.activations && parts.weights.bits === parts.activations.bits
        ? parts.weights.bits : null;
      const head = "<tr><th>bits</th><th>accuracy</th><th>points lost</th><th>95 % interval</th><th>SQNR of logits</th></tr>";
      byId("accuracy").innerHTML = head + data.trials.map(t =>
        `<tr class="${t.bits === bits ? "now" : ""}${t.chance ? " faint" : ""}"><td>${t.bits}</td>` +
        `<td>${t.accuracy.toFixed(2)} %</td><td>${t.drop.toFixed(2)}</td>` +
        `<td>${t.low.toFixed(2)} … ${t.high.toFixed(2)}</td>` +
        `<td>${t.sqnr === null ? "exact" : t.sqnr.toFixed(1) + " dB"}</td></tr>`).join("");
    }

    const parts = {};
    for (const key of ["weights", "activations"]) if (data[key].values !== "") parts[key] = new Part(key);
    showAccuracy();
    """#
}
