// Many hosts: what there is of each type, which hosts there are, from which to which devices can move, how one is emptied.

import * as api from "./api.js";
import {capacity} from "./fleet-capacity.js";
import {drain} from "./fleet-drain.js";
import {hosts} from "./fleet-hosts.js";
import {matrix} from "./fleet-matrix.js";
import {capital, fill, h, soon} from "./dom.js";
import {listen} from "./store.js";
import {count, link} from "./fleet-words.js";

const RETRY = 3000;

/** The tabs, by the second word behind the #; show(pane, rest, signal, overview) may give back a function that takes another rest. */
const TABS = {
  capacity: {name: "Capacity", show: capacity},
  hosts: {name: "Hosts", show: hosts},
  matrix: {name: "Moves", show: matrix},
  drain: {name: "Drain", show: drain},
};

let shown = "";
let again = null;
let leaving = new AbortController();

export function fleet(main, rest, signal) {
  const pane = h("div.fleet-pane");
  const tabs = h("ul.tabs", {}, Object.entries(TABS).map(([word, tab]) => h("li", {}, h("a", {href: link(word), "data-tab": word}, tab.name))));
  const numbers = h("p.count");
  const overview = new Overview(signal, numbers);
  fill(main, h("section.fleet", {"aria-labelledby": "fleet-title"},
    h("div.tools.fleet-head", {}, h("h2", {id: "fleet-title"}, "Fleet"), numbers, h("nav", {"aria-label": "Of the fleet"}, tabs)), pane));
  const open = ([word, ...more]) => {
    const tab = TABS[word] ? word : "capacity";
    for (const each of tabs.querySelectorAll("a")) {
      if (each.dataset.tab === tab) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    }
    if (tab === shown && again?.(more)) return;
    leaving.abort();
    leaving = new AbortController();
    shown = tab;
    again = null;
    pane.replaceChildren();
    again = TABS[tab].show(pane, more, AbortSignal.any([leaving.signal, signal]), overview) ?? null;
  };
  fleet.again = more => { open(more); return true; };
  signal.addEventListener("abort", () => { shown = ""; });
  open(rest);
}

/** The fleet in numbers: read when it changes, and again and again while the inventory cannot be read. */
class Overview extends EventTarget {
  now = null;
  #numbers;

  constructor(signal, numbers) {
    super();
    this.#numbers = numbers;
    const load = () => this.#load(signal);
    listen(["fleet", "all"], soon(load, 100), signal);
    load();
  }

  /** Calls at once if it is known, and whenever it changes. */
  follow(action, signal) {
    this.addEventListener("change", action, {signal});
    if (this.now) action();
  }

  async #load(signal) {
    try {
      this.now = await api.get("/fleet");
      const {hosts_known: known, devices, in_use: used, reserved} = this.now;
      this.#numbers.textContent = `${count(known, "host")}, ${count(devices, "device")}, ${count(used)} in use${reserved ? `, ${count(reserved)} reserved` : ""}`;
      if (!signal.aborted) this.dispatchEvent(new Event("change"));
    } catch (problem) {
      this.#numbers.textContent = `${capital(problem.what ?? String(problem))}. ${problem.remedy ?? ""}`;
      if (problem.status !== 404) setTimeout(() => signal.aborted || this.#load(signal), RETRY);
    }
  }
}
