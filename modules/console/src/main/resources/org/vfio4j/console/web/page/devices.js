// The host: what can be made, what is shown, what is there, and one device in full.

import {hasUnknown, mark, summary} from "./answers.js";
import {detail} from "./detail.js";
import {fill, h, named, soon} from "./dom.js";
import {startForm} from "./forms.js";
import {listen, store} from "./store.js";
import {Wall} from "./wall.js";
import {types} from "./types.js";

const FILTERS = {
  all: ["All", () => true],
  shown: ["With a display", d => !["none", "unknown", null].includes(summary(d.features).display)],
  used: ["In use", d => d.device.in_use === true],
  free: ["Free", d => d.device.in_use === false],
  unknown: ["With an unknown", d => hasUnknown(d.features)],
};

let select = () => false;

/** The view; the rest of the path is a device's name. */
export function devices(main, rest, signal) {
  const list = new List(signal);
  const wall = new Wall(signal);
  const pane = h("section.detail", {"aria-label": "Device"});
  select = ([name]) => {
    const before = list.select(name ?? "");
    detail(pane, name ?? "", signal);
    document.body.classList.toggle("has-detail", Boolean(name));
    const next = name ? pane.querySelector("h2") : before;
    if (store.host) next?.focus();
    return true;
  };
  pane.addEventListener("keydown", event => { if (event.key === "Escape") location.hash = "#/devices"; });
  fill(main, h("div.host", {}, h("div.middle", {}, wall.element, list.element), types(signal), pane));
  select(rest);
  signal.addEventListener("abort", () => document.body.classList.remove("has-detail"));
}

/** Another device of the same view. */
devices.again = rest => select(rest);

/** All devices, a line each, in the order of their names. */
class List {
  #rows = new Map();
  #filter = "all";
  #text = "";
  #selected = "";
  #body = h("ul.rows", {"aria-label": "Devices"});
  #count = h("p.count", {role: "status"});
  #empty = h("p.empty", {hidden: true});
  #countSoon = soon(() => this.#tellCount(), 80);
  #sortSoon = soon(() => this.#sort(), 80);

  constructor(signal) {
    this.element = h("section.list", {"aria-labelledby": "list-title"},
      h("div.tools", {},
        h("h2", {id: "list-title"}, "Devices"), this.#count,
        h("input.search", {type: "search", placeholder: "Name, type, parent …", "aria-label": "Find devices",
          oninput: event => this.#find(event.target.value)}),
        h("select", {"aria-label": "Which devices", onchange: event => this.#choose(event.target.value)},
          Object.entries(FILTERS).map(([key, [name]]) => h("option", {value: key}, name))),
        h("button", {type: "button", onclick: () => startForm()}, "Start a device")),
      h("p.heads", {"aria-hidden": "true"},
        ["Device", "Type", "Display", "EDID", "Migration", "Dirty tracking", "In use"].map(head => h("span", {}, head))),
      this.#body, this.#empty);
    this.#all();
    listen(["all"], () => this.#all(), signal);
    listen(["device"], event => this.#one(event.detail), signal);
  }

  /** Marks a device; the link of the one that was marked. */
  select(name) {
    const before = this.#rows.get(this.#selected)?.link;
    before?.removeAttribute("aria-current");
    this.#selected = name;
    this.#rows.get(name)?.link.setAttribute("aria-current", "true");
    return before;
  }

  #all() {
    this.#rows.clear();
    const names = [...store.devices.keys()].sort();
    names.forEach(name => this.#rows.set(name, this.#row(name)));
    this.#body.replaceChildren(...[...this.#rows.values()].map(row => row.item));
    this.select(this.#selected);
    this.#tellCount();
  }

  #one(name) {
    const known = this.#rows.get(name);
    if (!store.devices.has(name)) {
      known?.item.remove();
      this.#rows.delete(name);
    } else if (known) {
      this.#fillRow(known, store.devices.get(name));
    } else {
      const row = this.#row(name);
      this.#rows.set(name, row);
      this.#body.append(row.item);
      this.#sortSoon();
    }
    this.#countSoon();
  }

  #sort() {
    const inOrder = [...this.#rows.keys()].sort();
    let at = this.#body.firstElementChild;
    for (const name of inOrder) {
      const {item} = this.#rows.get(name);
      if (item === at) at = at.nextElementSibling;
      else this.#body.insertBefore(item, at);
    }
  }

  #row(name) {
    const link = h("a.row", {href: `#/devices/${encodeURIComponent(name)}`});
    const row = {item: h("li", {}, link), link, was: ""};
    this.#fillRow(row, store.devices.get(name));
    return row;
  }

  #fillRow(row, known) {
    const {device, features} = known;
    const {display, edid, migration, dirty} = summary(features);
    const now = JSON.stringify([device.type, display, edid, migration, dirty, device.in_use]);
    row.item.hidden = !this.#shows(known);
    if (row.was === now) return;
    row.was = now;
    const used = device.in_use === null ? "unknown" : device.in_use ? "yes" : "no";
    fill(row.link,
      named(device.device),
      h("span.type", {}, device.type ?? device.kind),
      h("span", {}, mark(display, "display")),
      h("span", {}, mark(edid, "EDID")),
      h("span", {}, mark(migration, "migration")),
      h("span", {}, mark(dirty, "dirty tracking")),
      h("span", {}, mark(used, "in use")));
  }

  #shows(known) {
    const {device} = known;
    const words = `${device.device} ${device.type ?? ""} ${device.parent ?? ""} ${device.driver ?? ""} ${device.kind}`;
    return FILTERS[this.#filter][1](known) && words.toLowerCase().includes(this.#text);
  }

  #find(text) {
    this.#text = text.trim().toLowerCase();
    this.#apply();
  }

  #choose(filter) {
    this.#filter = filter;
    this.#apply();
  }

  #apply() {
    this.#rows.forEach((row, name) => { row.item.hidden = !this.#shows(store.devices.get(name)); });
    this.#tellCount();
  }

  #tellCount() {
    const all = this.#rows.size;
    const shown = [...this.#rows.values()].filter(row => !row.item.hidden).length;
    this.#count.textContent = shown === all ? String(all) : `${shown} of ${all}`;
    this.#empty.hidden = shown > 0;
    this.#body.hidden = shown === 0;
    this.#empty.textContent = all === 0
      ? "There is no device yet. Start one: a type on this page says how many more of it can be made."
      : "No device is like that.";
  }
}
