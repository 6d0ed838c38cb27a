// A square of fields on a canvas: rows and columns are groups, a colour says what a field is. A field is chosen by the pointer or the arrow keys.

import {h} from "./dom.js";
import {letter} from "./fleet-words.js";

const LABELS = 26;
const LEAST = 3;
const MOST = 1100;

export class HeatMap {
  data = null;
  #chosen = null;
  #edges = [];
  #scale = "hosts";
  #tell;
  #canvas = h("canvas.heat", {tabindex: 0, role: "application", "aria-roledescription": "heat map", "aria-label": "From which hosts to which; arrow keys choose a field",
    onpointermove: event => this.#point(event), onpointerdown: event => this.#point(event), onkeydown: event => this.#key(event)});
  #probe = h("span.swatch", {hidden: true});
  element = h("div.heat-box", {}, this.#canvas, this.#probe);

  /** tell(row, column) hears what is chosen. */
  constructor(signal, tell) {
    this.#tell = tell;
    const size = new ResizeObserver(() => this.#draw());
    size.observe(this.element);
    signal.addEventListener("abort", () => size.disconnect());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw(), {signal});
  }

  show(data) {
    this.data = data;
    this.#chosen = null;
    this.#draw();
  }

  /** Rows as large as their hosts are many, or all the same. */
  scale(word) {
    this.#scale = word;
    this.#draw();
  }

  select(row, column) {
    if (this.#chosen?.row === row && this.#chosen?.column === column) return;
    this.#chosen = {row, column};
    this.#tell(row, column);
    this.#draw();
  }

  #key(event) {
    const steps = {ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1]};
    const step = steps[event.key];
    if (!step || !this.data?.groups.length) return;
    event.preventDefault();
    const last = this.data.groups.length - 1;
    const {row, column} = this.#chosen ?? {row: -step[0], column: -step[1]};
    this.select(Math.max(0, Math.min(last, row + step[0])), Math.max(0, Math.min(last, column + step[1])));
  }

  #point(event) {
    if (!this.data?.groups.length) return;
    const at = this.#canvas.getBoundingClientRect();
    const index = position => this.#edges.findIndex((edge, i) => position >= edge && position < this.#edges[i + 1]);
    const row = index(event.clientY - at.top - LABELS);
    const column = index(event.clientX - at.left - LABELS);
    if (row >= 0 && column >= 0) this.select(row, column);
  }

  /** Where rows begin, in pixels; none is thinner than can be seen. */
  #measure(side) {
    const total = this.data.groups.reduce((sum, group) => sum + group.hosts, 0);
    const weights = this.data.groups.map(group => this.#scale === "same" ? 1 : Math.max(group.hosts, total * LEAST / side));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    return [0, ...weights.map(weight => { sum += weight; return Math.round(side * sum / whole); })];
  }

  #draw() {
    const room = Math.floor(Math.min(this.element.clientWidth, Math.max(300, innerHeight - 190), MOST));
    const groups = this.data?.groups.length ?? 0;
    this.#canvas.hidden = groups === 0;
    if (!groups || room <= LABELS) return;
    const ratio = devicePixelRatio || 1;
    this.#canvas.width = this.#canvas.height = Math.round(room * ratio);
    this.#canvas.style.width = this.#canvas.style.height = `${room}px`;
    this.#edges = this.#measure(room - LABELS);
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, room, room);
    context.translate(LABELS, LABELS);
    const paint = new Paint(this.#probe);
    this.data.grid.forEach((row, i) => row.forEach((kind, j) => this.#field(context, paint, i, j, this.data.kinds[kind])));
    this.#labels(context, paint);
    if (this.#chosen) this.#mark(context, paint);
  }

  #field(context, paint, i, j, {fits, warnings}) {
    const [x, y] = [this.#edges[j], this.#edges[i]];
    const [width, height] = [this.#edges[j + 1] - x, this.#edges[i + 1] - y];
    context.fillStyle = paint.of(fits === "yes" && warnings ? "warned" : fits);
    context.fillRect(x, y, width - (width > 4 ? 1 : 0), height - (height > 4 ? 1 : 0));
    if (Math.min(width, height) < 14) return;
    // Not by the colour alone.
    context.strokeStyle = context.fillStyle = paint.ink;
    if (fits === "no") {
      context.lineWidth = 1.500;
      context.beginPath();
      const [middleX, middleY, arm] = [x + width / 2, y + height / 2, Math.min(width, height, 20) / 5];
      context.moveTo(middleX - arm, middleY - arm);
      context.lineTo(middleX + arm, middleY + arm);
      context.moveTo(middleX - arm, middleY + arm);
      context.lineTo(middleX + arm, middleY - arm);
      context.stroke();
    } else if (fits === "unknown") {
      this.#text(context, "?", x + width / 2, y + height / 2);
    } else if (warnings) {
      this.#text(context, "!", x + width / 2, y + height / 2);
    }
  }

  #text(context, text, x, y) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 12px system-ui, sans-serif";
    context.fillText(text, x, y);
  }

  #labels(context, paint) {
    context.fillStyle = paint.soft;
    for (let i = 0; i + 1 < this.#edges.length; i++) {
      const middle = (this.#edges[i] + this.#edges[i + 1]) / 2;
      if (this.#edges[i + 1] - this.#edges[i] < 13) continue;
      this.#text(context, letter(i), -LABELS / 2, middle);
      this.#text(context, letter(i), middle, -LABELS / 2);
    }
  }

  #mark(context, paint) {
    const {row, column} = this.#chosen;
    const side = this.#edges.at(-1);
    context.strokeStyle = paint.ink;
    context.lineWidth = 1;
    context.strokeRect(0.5, this.#edges[row] + 0.5, side - 1, this.#edges[row + 1] - this.#edges[row] - 1);
    context.strokeRect(this.#edges[column] + 0.5, 0.5, this.#edges[column + 1] - this.#edges[column] - 1, side - 1);
    context.lineWidth = 3;
    context.strokeRect(this.#edges[column], this.#edges[row], this.#edges[column + 1] - this.#edges[column], this.#edges[row + 1] - this.#edges[row]);
  }
}

/** The page's colours, as they are now. */
class Paint {
  #probe;
  #known = new Map();

  constructor(probe) {
    this.#probe = probe;
    this.ink = this.of("ink");
    this.soft = this.of("soft");
  }

  of(kind) {
    if (!this.#known.has(kind)) {
      this.#probe.dataset.kind = kind;
      this.#known.set(kind, getComputedStyle(this.#probe).backgroundColor);
    }
    return this.#known.get(kind);
  }
}
