// What there is of each type, where there is room for one more, and which versions run.

import * as api from "./api.js";
import {complain, fill, h, refill} from "./dom.js";
import {count, link} from "./fleet-words.js";

const VERSIONS = {driver: "Drivers", qemu: "QEMU", kernel: "Kernels"};

export function capacity(pane, rest, signal, overview) {
  const body = h("tbody");
  const versions = h("aside.versions", {"aria-label": "What runs"});
  const findings = h("div.unread");
  const where = h("section.where-type", {"aria-live": "polite", hidden: true});
  let type = "";
  const draw = () => {
    const {types, types_left_out: more, versions: runs, findings: unread, findings_left_out: others} = overview.now;
    refill(body, [types, type], () => types.length ? types.map(each => line(each, each.type === type))
      : h("tr", {}, h("td.empty", {colspan: 7}, "No host of the inventory has mediated device types.")));
    refill(versions, runs, () => Object.entries(VERSIONS).map(([what, name]) => ranking(name, runs[what] ?? [], overview.now.hosts_known)));
    refill(findings, [unread, more], () => [
      more ? h("p.empty", {}, `${count(more, "more type")} are not shown.`) : null,
      unread.length ? h("details", {}, h("summary", {}, `${count(unread.length + others, "entry").replace("entrys", "entries")} of the inventory cannot be read`),
        unread.map(each => h("p.empty", {}, `${each.subject}: ${each.text}. ${each.remedy}`))) : null]);
  };
  const choose = ([name]) => {
    type = name ?? "";
    if (overview.now) draw();
    where.hidden = !type;
    if (type && overview.now) showPlaces(where, type, signal).then(() => where.scrollIntoView({block: "nearest"}));
    return true;
  };
  fill(pane, h("div.capacity-view", {},
    h("div.capacity-main", {},
      h("table.types-table", {},
        h("thead", {}, h("tr", {}, ["Type", "Use", "In use", "Free", "Reserved", "Left", "Hosts with room"].map(head => h("th", {scope: "col"}, head)))), body),
      where, findings),
    versions));
  choose(rest);
  overview.follow(() => {
    draw();
    if (type) showPlaces(where, type, signal);
  }, signal);
  return choose;
}

function line(of, isChosen) {
  const free = of.made - of.in_use;
  const whole = Math.max(1, of.made + of.reserved + of.left);
  const part = (kind, number) => {
    const piece = h(`span.${kind}`);
    piece.style.width = `${100 * number / whole}%`;
    return piece;
  };
  const cell = (head, ...what) => h("td", {"data-head": head}, ...what);
  return h("tr", {"data-type": of.type},
    h("th", {scope: "row"}, h("a", {href: link("capacity", of.type), "aria-current": isChosen ? "true" : null}, of.type), of.name ? h("span.called", {}, of.name) : null),
    h("td.use", {}, h("span.bar-of", {"aria-hidden": "true"}, part("used", of.in_use), part("idle", free), part("claimed", of.reserved))),
    cell("In use", count(of.in_use)), cell("Free", count(free)), cell("Reserved", count(of.reserved)), cell("Left", count(of.left)),
    cell("Hosts with room", h("a", {href: link("hosts", "", {type: of.type})}, `${count(of.hosts_with_room)} of ${count(of.hosts)}`)));
}

/** The best places for one more. */
async function showPlaces(section, type, signal) {
  if (section.dataset.type !== type) fill(section, h("h3", {}, type), h("p.empty", {}, "asking …"));
  section.dataset.type = type;
  try {
    const {places, hosts} = await api.get(`/fleet/types/${encodeURIComponent(type)}/where?most=10`);
    if (signal.aborted || section.dataset.type !== type) return;
    fill(section,
      h("div.tools", {}, h("h3", {}, `Places for one more ${type}`),
        h("p.count", {}, `${count(hosts.yes)} with room, ${count(hosts.full)} full`),
        h("a.button", {href: link("matrix", type)}, "Where devices can move"),
        h("a.close", {href: link("capacity"), "aria-label": "Close"}, "×")),
      places.length ? h("ol.places", {}, places.map(place)) : h("p.empty", {}, "No host has room for one."));
  } catch (problem) {
    fill(section);
    complain(problem);
  }
}

function place(at) {
  return h("li", {}, h("a", {href: link("hosts", at.host_name)}, at.host_name), h("code", {}, at.parent),
    h("span", {}, `${count(at.left_after)} left after`),
    at.shrinks.length ? h("small", {}, `takes from ${at.shrinks.slice(0, 3).join(", ")}${at.shrinks.length > 3 ? ` and ${at.shrinks.length - 3} more` : ""}`) : null);
}

function ranking(name, versions, hosts) {
  if (!versions.length) return null;
  return h("section", {}, h("h3", {}, name), h("ul", {}, versions.map(({version, hosts: number}) => {
    const bar = h("span.share", {"aria-hidden": "true"});
    bar.style.width = `${100 * number / Math.max(1, hosts)}%`;
    return h("li", {}, h("a", {href: link("hosts", "", {find: name === "QEMU" ? `qemu ${version}` : version})}, version), h("span", {}, count(number, "host")), bar);
  })));
}
