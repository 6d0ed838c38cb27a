// From which hosts to which devices of a type can move: a heat map, a row and a column for each group of hosts that are alike.

import * as api from "./api.js";
import {mark} from "./answers.js";
import {fill, h, problemText} from "./dom.js";
import {HeatMap} from "./heat-map.js";
import {count, letter, link, parameter} from "./fleet-words.js";

const KINDS = {
  yes: "nothing stands in the way",
  warned: "possible, with warnings",
  unknown: "not known",
  full: "no room",
  no: "does not fit",
};

export function matrix(pane, rest, signal, overview) {
  const type = h("select", {"aria-label": "Type", onchange: () => { location.hash = link("matrix", type.value); }});
  const scale = h("select", {"aria-label": "Size of a row", onchange: () => map.scale(scale.value)},
    h("option", {value: "hosts"}, "Rows as large as their hosts are many"), h("option", {value: "same"}, "All rows the same"));
  const find = h("input.search", {type: "search", placeholder: "Find a host", "aria-label": "Find a host's row", value: parameter("host"), list: ""});
  const form = h("form.tools.matrix-tools", {onsubmit: event => {
    event.preventDefault();
    location.hash = link("matrix", type.value, find.value.trim() ? {host: find.value.trim()} : {});
  }}, type, scale, find, h("button", {type: "submit"}, "Show"));
  const legend = h("ul.legend", {"aria-label": "Pairs of hosts"});
  const said = h("div.pair", {"aria-live": "polite"});
  const groups = h("tbody");
  const wrong = h("div.wrong");
  const map = new HeatMap(signal, (from, to) => showPair(said, map.data, from, to));
  let asked = "";
  const choose = async ([name]) => {
    const host = parameter("host");
    const want = name || overview.now?.types[0]?.type || "";
    if (type.value !== want) type.value = want;
    if (!want || asked === `${want} ${host}`) return true;
    asked = `${want} ${host}`;
    fill(wrong);
    fill(said, h("p.empty", {}, "comparing …"));
    try {
      const data = await api.get(`/fleet/types/${encodeURIComponent(want)}/matrix${host ? `?host=${encodeURIComponent(host)}` : ""}`);
      if (signal.aborted || asked !== `${want} ${host}`) return true;
      fill(legend, pairs(data));
      fill(groups, data.groups.map((group, i) => groupLine(group, i, i === data.group)));
      fill(said, h("p.empty", {}, data.groups.length ? "Point at a field, or choose one by the arrow keys." : `No host has ${want}.`));
      map.show(data);
      if (Number.isInteger(data.group)) map.select(data.group, data.group);
      else if (host) fill(said, h("p.empty", {}, `${host} has no ${want}.`));
    } catch (problem) {
      fill(said);
      fill(wrong, problemText(problem));
    }
    return true;
  };
  fill(pane, h("div.matrix-view", {}, form, wrong,
    h("div.matrix-map", {}, map.element), h("div.matrix-side", {}, legend, said,
      h("div.groups", {}, h("table", {}, h("caption", {}, "Hosts that are alike"), h("thead", {}, h("tr", {}, ["", "Hosts", "Runs", "A device there migrates", "Such as"].map(head => h("th", {scope: "col"}, head)))), groups)))));
  overview.follow(() => {
    const names = overview.now.types.map(each => each.type);
    if (type.options.length !== names.length) fill(type, names.map(name => h("option", {value: name}, name)));
    choose([decodeURIComponent(location.hash.split("?")[0].split("/")[3] ?? "")]);
  }, signal);
  choose(rest);
  return more => { choose(more); return true; };
}

const runs = group => [...group.drivers, group.qemu ? `QEMU ${group.qemu}` : null, group.kernel].filter(Boolean).join(" · ");

function groupLine(group, index, isChosen) {
  return h("tr", {"aria-current": isChosen ? "true" : null}, h("th", {scope: "row"}, letter(index)), h("td.number", {}, count(group.hosts)), h("td", {}, runs(group)), h("td", {}, group.migration === null ? "there is none" : mark(group.migration)),
    h("td", {}, group.names.slice(0, 2).map((name, i) => [i ? ", " : "", h("a", {href: link("hosts", name)}, name)])));
}

function pairs(data) {
  const of = {yes: 0, warned: 0, unknown: 0, full: 0, no: 0};
  data.grid.forEach((row, i) => row.forEach((kind, j) => {
    const {fits, warnings} = data.kinds[kind];
    const from = data.groups[i].hosts;
    of[fits === "yes" && warnings ? "warned" : fits] += i === j ? from * (from - 1) : from * data.groups[j].hosts;
  }));
  const lines = Object.entries(KINDS).filter(([kind]) => of[kind]).map(([kind, text]) =>
    h("li", {}, h("span.swatch", {"data-kind": kind, "aria-hidden": "true"}), h("b", {}, count(of[kind])), h("span", {}, ` ${of[kind] === 1 ? "pair" : "pairs"}: ${text}`)));
  return data.hosts_left_out ? [...lines, h("li", {}, h("span", {}, `${count(data.hosts_left_out, "host")} of small groups are left out; one that is named is not`))] : lines;
}

function showPair(said, data, from, to) {
  const fit = data.kinds[data.grid[from][to]];
  const side = (word, index) => h("p", {}, h("b", {}, `${word} ${letter(index)} `), `${count(data.groups[index].hosts, "host")}, such as ${data.groups[index].names[0]}`, h("small", {}, runs(data.groups[index])));
  const word = fit.fits === "yes" && fit.warnings ? "warned" : fit.fits;
  fill(said, h("h3", {}, h("span.swatch", {"data-kind": word, "aria-hidden": "true"}), `${letter(from)} to ${letter(to)}: ${KINDS[word]}`),
    side("From", from), side("To", to),
    fit.blockers.length ? h("p.says", {}, fit.blockers.map(id => h("span.chip", {title: `vfio rules ${id} says more`}, id))) : null,
    fit.warnings ? h("p", {}, count(fit.warnings, "warning")) : null);
}
