// The hosts: a line each, of which only those in sight exist, and one in full.

import * as api from "./api.js";
import {mark} from "./answers.js";
import {complain, fill, h, short, soon} from "./dom.js";
import {age, count, link, parameter} from "./fleet-words.js";
import {listen} from "./store.js";

const PAGE = 100;
const AROUND = 6;
const ORDERS = {name: "By name", left: "Most room first", used: "Most in use first", devices: "Most devices first", age: "Oldest news first"};

export function hosts(pane, rest, signal, overview) {
  const list = new HostList(signal);
  const one = h("section.detail.host-detail", {"aria-label": "Host", hidden: true});
  const find = h("input.search", {type: "search", placeholder: "Name, kernel, driver …", "aria-label": "Find hosts", value: parameter("find"),
    oninput: () => ask()});
  const type = h("select", {"aria-label": "Hosts with room for", onchange: () => ask()});
  const sort = h("select", {"aria-label": "Order", onchange: () => ask()}, Object.entries(ORDERS).map(([value, name]) => h("option", {value}, name)));
  const ask = soon(() => list.show({find: find.value, type: type.value, sort: sort.value}), 150);
  const fillTypes = () => {
    const chosen = type.options.length ? type.value : parameter("type");
    const names = overview.now.types.map(each => each.type);
    if (type.options.length !== names.length + 1) {
      fill(type, h("option", {value: ""}, "Any room"), names.map(name => h("option", {value: name}, `Room for ${name}`)));
      type.value = names.includes(chosen) ? chosen : "";
    }
  };
  const choose = ([name]) => {
    one.hidden = !name;
    pane.classList.toggle("has-host", Boolean(name));
    list.mark(name ?? "");
    if (name && overview.now) showHost(one, name, signal);
    return true;
  };
  one.addEventListener("keydown", event => { if (event.key === "Escape") location.hash = link("hosts"); });
  fill(pane, h("div.hosts-view", {}, h("section.list", {"aria-label": "Hosts"}, h("div.tools", {}, find, type, sort, list.count), list.element, list.empty), one));
  const first = new AbortController();
  overview.follow(() => {
    fillTypes();
    if (!first.signal.aborted) {
      first.abort();
      choose([decodeURIComponent(location.hash.split("?")[0].split("/")[3] ?? "")]);
      list.show({find: find.value, type: type.value, sort: sort.value});
    }
  }, signal);
  listen(["fleet"], soon(() => list.refresh(), 1000), signal);
  return more => {
    const asked = {find: parameter("find"), type: parameter("type")};
    if (asked.find || asked.type) {
      find.value = asked.find;
      type.value = asked.type;
      ask();
    }
    return choose(more);
  };
}

/** All hosts that a question finds; it asks for the pages that are in sight. */
class HostList {
  #asked = {};
  #pages = new Map();
  #rows = new Map();
  #found = 0;
  #marked = "";
  #generation = 0;
  #signal;
  #inner = h("ul.host-rows", {"aria-label": "Hosts"});
  #heads = h("p.heads.host-heads", {"aria-hidden": "true"}, ["Host", "Runs", "Devices", "In use", "Reserved", "Left", "News"].map(head => h("span", {}, head)));
  element = h("div.virtual", {onscroll: () => this.#draw(), onkeydown: event => this.#key(event)}, this.#heads, this.#inner);
  count = h("p.count", {role: "status"});
  empty = h("p.empty", {hidden: true}, "No host is like that.");

  constructor(signal) {
    this.#signal = signal;
    const size = new ResizeObserver(() => this.#draw());
    size.observe(this.element);
    signal.addEventListener("abort", () => size.disconnect());
  }

  /** Another question: from the top. */
  show(asked) {
    this.#asked = asked;
    this.element.classList.toggle("with-left", Boolean(asked.type));
    this.#generation++;
    this.#pages.clear();
    this.#rows.forEach(row => row.remove());
    this.#rows.clear();
    this.element.scrollTop = 0;
    this.#load(0);
  }

  /** The same question: what is in sight is asked again, and stays until there is an answer. */
  refresh() {
    const now = new Set(this.#visible().map(index => Math.floor(index / PAGE)));
    for (const page of this.#pages.keys()) {
      if (!now.has(page)) this.#pages.delete(page);
    }
    now.forEach(page => this.#load(page, true));
  }

  mark(name) {
    this.#marked = name;
    this.#rows.forEach(row => this.#markRow(row));
  }

  #rowHeight() {
    return parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 40;
  }

  #visible() {
    const row = this.#rowHeight();
    const first = Math.max(0, Math.floor(this.element.scrollTop / row) - AROUND);
    const last = Math.min(this.#found, Math.ceil((this.element.scrollTop + this.element.clientHeight) / row) + AROUND);
    return Array.from({length: Math.max(0, last - first)}, (_, i) => first + i);
  }

  async #load(page, again = false) {
    if (this.#pages.has(page) && !again) return;
    const generation = this.#generation;
    if (!this.#pages.has(page)) this.#pages.set(page, null);
    const query = new URLSearchParams({...this.#asked, offset: page * PAGE, limit: PAGE});
    try {
      const answer = await api.get(`/fleet/hosts?${query}`);
      if (generation !== this.#generation || this.#signal.aborted) return;
      this.#found = answer.found;
      this.#pages.set(page, answer.hosts);
      this.count.textContent = answer.found === answer.hosts_known ? count(answer.found, "host") : `${count(answer.found)} of ${count(answer.hosts_known, "host")}`;
      this.empty.hidden = answer.found > 0;
      this.element.hidden = answer.found === 0;
      this.#draw();
    } catch (problem) {
      if (generation !== this.#generation) return;
      this.#pages.delete(page);
      if (problem.status !== 503) complain(problem);
    }
  }

  /** Rows that are in sight are made, others go; one that has the focus stays, or it would be lost. */
  #draw() {
    const height = this.#rowHeight();
    this.#inner.style.height = `${this.#found * height}px`;
    const wanted = new Set(this.#visible());
    for (const [index, row] of this.#rows) {
      if (index >= this.#found || (!wanted.has(index) && !row.contains(document.activeElement))) {
        row.remove();
        this.#rows.delete(index);
      }
    }
    for (const index of wanted) {
      const page = Math.floor(index / PAGE);
      const of = this.#pages.get(page)?.[index % PAGE];
      if (!this.#pages.has(page)) this.#load(page);
      this.#row(index, of, height);
    }
  }

  #row(index, of, height) {
    let row = this.#rows.get(index);
    if (!row) {
      row = h("li", {}, h("a.host-row", {tabindex: 0}));
      this.#rows.set(index, row);
      const next = [...this.#rows.keys()].filter(other => other > index).sort((a, b) => a - b)[0];
      this.#inner.insertBefore(row, next === undefined ? null : this.#rows.get(next));
    }
    row.style.top = `${index * height}px`;
    row.setAttribute("aria-setsize", String(this.#found));
    row.setAttribute("aria-posinset", String(index + 1));
    const was = JSON.stringify(of ?? null);
    if (row.dataset.was === was) return;
    row.dataset.was = was;
    row.dataset.host = of?.host_name ?? "";
    const anchor = row.firstElementChild;
    if (!of) {
      fill(anchor, h("span.name", {}, "…"));
      return;
    }
    anchor.href = link("hosts", of.host_name, this.#asked.type || this.#asked.find ? {type: this.#asked.type, find: this.#asked.find} : {});
    fill(anchor, h("span.name", {}, of.host_name),
      h("span.runs", {}, [...of.drivers, of.qemu ? `QEMU ${of.qemu}` : null, of.kernel].filter(Boolean).join(" · ")),
      number("devices", of.devices), number("in use", of.in_use), number("reserved", of.reserved),
      of.left === null ? h("span", {}, "") : number("left", of.left), h("span.age", {}, age(of.taken)));
    this.#markRow(row);
  }

  #markRow(row) {
    if (this.#marked && row.dataset.host === this.#marked) row.firstElementChild.setAttribute("aria-current", "true");
    else row.firstElementChild.removeAttribute("aria-current");
  }

  #key(event) {
    const at = [...this.#rows].find(([, row]) => row.contains(document.activeElement))?.[0];
    const room = this.element.clientHeight - this.#heads.offsetHeight;
    const page = Math.max(1, Math.floor(room / this.#rowHeight()) - 1);
    const steps = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.#found - 1};
    if (at === undefined || !(event.key in steps)) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(this.#found - 1, steps[event.key]));
    const top = to * this.#rowHeight();
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + this.#rowHeight() > this.element.scrollTop + room) this.element.scrollTop = top + this.#rowHeight() - room;
    this.#draw();
    this.#rows.get(to)?.firstElementChild.focus({preventScroll: true});
  }
}

function number(what, value) {
  return h("span.number", {}, h("span.unseen", {}, `${what} `), count(value));
}

/** A host in full. */
async function showHost(pane, name, signal) {
  pane.dataset.host = name;
  try {
    const host = await api.get(`/fleet/hosts/${encodeURIComponent(name)}`);
    if (signal.aborted || pane.dataset.host !== name) return;
    const rows = [["kernel", host.kernel], ["QEMU", host.qemu ?? "unknown"], ["drivers", host.drivers.join(", ") || "unknown"],
      ["devices", `${count(host.devices)}, ${count(host.in_use)} in use`], ["reserved", count(host.reserved)], ["news", `${age(host.taken)} ago`]];
    const title = h("h2", {tabindex: "-1"}, host.host_name);
    fill(pane,
      h("div.head", {}, title, h("a.close", {href: link("hosts", "", kept()), "aria-label": "Close"}, "×")),
      h("dl.facts", {}, rows.map(([key, value]) => h("div", {}, h("dt", {}, key), h("dd", {}, value)))),
      h("div.actions", {}, h("a.button.first", {href: link("drain", name)}, "Plan to empty it")),
      h("h3", {}, "What is left"), h("ul.cards", {}, host.parents.map(card)),
      h("details", {}, h("summary", {}, count(host.devices, "device")), h("ul.their-devices", {}, host.list.map(device)),
        host.devices_left_out ? h("p.empty", {}, `${count(host.devices_left_out)} more are not shown.`) : null),
      host.reservations.length ? h("details", {}, h("summary", {}, count(host.reservations.length, "reservation")), h("ul.their-devices", {}, host.reservations.map(claim))) : null,
      host.findings.map(each => h("p.empty", {}, `${each.subject}: ${each.text}. ${each.remedy}`)));
    title.focus({preventScroll: true});
  } catch (problem) {
    fill(pane, h("div.head", {}, h("h2", {}, name), h("a.close", {href: link("hosts"), "aria-label": "Close"}, "×")));
    complain(problem);
  }
}

const kept = () => Object.fromEntries(["type", "find"].map(key => [key, parameter(key)]).filter(([, value]) => value));

function card(parent) {
  const room = parent.types.filter(type => type.left > 0);
  return h("li", {}, h("code", {}, parent.parent), room.length
    ? room.map(type => h("span.chip", {title: type.name ?? type.type}, type.type, h("b", {}, count(type.left))))
    : h("span.mark-no", {}, "full"));
}

function device(of) {
  const used = of.in_use === null ? "unknown" : of.in_use ? "yes" : "no";
  return h("li", {}, h("code", {title: of.device}, short(of.device)), h("span", {}, of.type ?? ""), h("span", {}, mark(used), " in use"), h("span", {}, mark(of.answers.migration ?? "unknown"), " migration"));
}

function claim(of) {
  return h("li", {}, h("code", {title: of.reservation}, short(of.reservation)), h("span", {}, of.type ?? of.device ?? ""), h("span", {}, `by ${of.holder}`));
}
