// The parents and what can be made of each, with how much is left.

import {fill, h} from "./dom.js";
import {startForm} from "./forms.js";
import {listen, store} from "./store.js";

export function types(signal) {
  const list = h("div.parents");
  const lines = new Map();
  const draw = () => {
    const now = JSON.stringify(store.parents.map(of => [of.parent, of.types.map(type => type.type)]));
    if (list.dataset.was !== now) {
      list.dataset.was = now;
      lines.clear();
      fill(list, store.parents.map(of => parent(of, lines)));
    }
    store.parents.forEach(of => of.types.forEach(type => update(lines.get(`${of.parent} ${type.type}`), of.parent, type)));
  };
  listen(["types", "all"], draw, signal);
  draw();
  return h("aside.types", {"aria-labelledby": "types-title"}, h("div.tools", {}, h("h2", {id: "types-title"}, "Types")), list);
}

function parent(of, lines) {
  return h("section.parent", {},
    h("h3", {}, of.parent, h("span.driver", {}, [of.driver, of.driver_version].filter(Boolean).filter(word => word !== of.parent).join(" "))),
    h("ul", {}, of.types.map(type => {
      const made = line(of.parent, type);
      lines.set(`${of.parent} ${type.type}`, made);
      return made.item;
    })));
}

function line(parent, type) {
  const id = `capacity-${parent}-${type.type}`;
  const plus = h("button.plus", {type: "button", "aria-label": `Start a ${type.type} of ${parent}`, title: `Start a ${type.type}`,
    onclick: () => startForm(parent, type.type)}, "+");
  const meter = h("meter", {"aria-labelledby": id, min: 0});
  const left = h("p.left");
  const item = h("li.capacity", {},
    h("div.what", {}, h("b", {id}, type.type), type.name && type.name !== type.type ? h("span.called", {}, type.name) : null),
    plus, meter, left, type.description ? h("p.description", {}, type.description) : null);
  return {item, plus, meter, left};
}

/** In place, so that who has the focus on a button keeps it. */
function update({plus, meter, left}, parent, type) {
  const made = store.count(parent, type.type);
  const available = type.available_instances;
  meter.max = Math.max(made + (available ?? 0), 1);
  meter.value = made;
  plus.disabled = available === 0;
  left.textContent = available === null ? "capacity unknown"
    : available === 0 ? `none left, ${made} made`
    : `${available} left${made ? `, ${made} made` : ""}`;
}
