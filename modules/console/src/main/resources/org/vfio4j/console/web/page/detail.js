// One device: what it is, what can be done with it, every answer with its evidence.

import * as api from "./api.js";
import {answer, mark} from "./answers.js";
import {complain, danger, fill, h, refill} from "./dom.js";
import {defineForm} from "./forms.js";
import {sizeForm} from "./size.js";
import {listen, store} from "./store.js";

let showing = new AbortController();

/** Shows a device in the pane, or what the pane is for. */
export function detail(pane, name, viewSignal) {
  showing.abort();
  showing = new AbortController();
  const signal = AbortSignal.any([showing.signal, viewSignal]);
  const parts = {facts: h("div"), actions: h("div.actions"), answers: h("ul.answers"), ways: ways(name)};
  const draw = () => redraw(pane, name, parts);
  listen(["device"], event => { if (event.detail === name) draw(); }, signal);
  listen(["all"], draw, signal);
  draw();
}

function redraw(pane, name, parts) {
  const known = store.devices.get(name);
  if (!known) {
    const words = name ? `There is no device ${name} now.` : "Choose a device to see what it can do, and how that is known.";
    fill(pane, h("p.empty", {}, words), name ? h("p.empty", {}, h("a", {href: "#/devices"}, "All devices")) : null);
    return;
  }
  const {device, features, size} = known;
  const setsSize = features?.edid.answer === "yes";
  refill(parts.facts, [device, size], () => facts(device, size));
  refill(parts.actions, [device.kind, Boolean(size), setsSize], () => actions(device, setsSize, size));
  refill(parts.answers, features, () => features
    ? Object.entries(features).map(([question, given]) => answer(question, given))
    : h("li.empty", {}, "asking …"));
  if (pane.dataset.device !== name || !pane.querySelector("h3")) {
    pane.dataset.device = name;
    fill(pane,
      h("div.head", {}, h("h2", {tabindex: "-1"}, device.device), h("a.close", {href: "#/devices", "aria-label": "Close"}, "×")),
      parts.facts, parts.actions, h("h3", {}, "What it can do"), parts.answers, parts.ways);
  }
}

function facts(device, size) {
  const rows = [
    ["type", device.type], ["parent", device.parent], ["kind", device.kind], ["driver", device.driver],
    ["group", device.group], ["shows", size ? `${size.width}×${size.height}` : null], ["socket", device.socket],
  ];
  return h("dl.facts", {},
    rows.filter(([, value]) => value !== null && value !== undefined).map(([key, value]) => h("div", {}, h("dt", {}, key), h("dd", {}, String(value)))),
    h("div", {}, h("dt", {}, "in use"), h("dd", {}, mark(device.in_use === null ? "unknown" : device.in_use ? "yes" : "no"),
      device.holders ? ` by ${device.holders.map(holder => `${holder.command} (pid ${holder.pid})`).join(", ")}` : null)));
}

function actions(device, setsSize, size) {
  const path = encodeURIComponent(device.device);
  return [
    size ? h("a.button.first", {href: `#/display/${path}`}, "Open the display") : null,
    setsSize ? h("button", {type: "button", onclick: () => sizeForm(device.device)}, "Set its size") : null,
    size ? h("a.button", {href: api.picture(device.device), download: `${device.device}.png`}, "Screenshot") : null,
    device.kind === "mdev" ? h("button", {type: "button", onclick: () => defineForm(device)}, "Define") : null,
    device.kind === "mdev" ? danger("Stop", "Stop it?", () => stop(device.device)) : null,
  ];
}

/** A device that is in use is given a moment to be let go. */
async function stop(name) {
  await api.remove(api.device(name) + "?timeout=2");
  location.hash = "#/devices";
}

/** Every way of asking beside every other, asked when it is opened. */
function ways(name) {
  const table = h("div.ways");
  return h("details", {ontoggle: async event => {
    if (!event.target.open || !name) return;
    try {
      const {devices} = await api.get(api.device(name, "/compare"));
      fill(table, h("ul", {}, devices[0].ways.map(way)));
    } catch (problem) {
      complain(problem);
    }
  }}, h("summary", {}, "Every way of asking"), table);
}

function way(of) {
  return h("li.asked", {},
    h("h4", {}, of.way, of.offered ? null : h("span.flags", {}, "not here")),
    of.offered ? h("p.evidence", {}, `needs ${of.needs}; touches ${of.touches}`) : h("p.because", {}, of.because),
    of.offered ? h("p", {}, Object.entries(of.learned).map(([question, given]) =>
      h("span.learned", {title: given.evidence}, `${question} `, mark(given.answer)))) : null);
}
