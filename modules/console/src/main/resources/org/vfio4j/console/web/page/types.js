// The parents and what can be made of each, with how much is left.

import {fill, h} from "./dom.js";
import {startForm} from "./forms.js";
import {listen, store} from "./store.js";

export function types(signal) {
  const list = h("div.parents");
  const draw = () => fill(list, store.parents.map(parent));
  listen(["types", "all"], draw, signal);
  draw();
  return h("aside.types", {"aria-labelledby": "types-title"}, h("div.tools", {}, h("h2", {id: "types-title"}, "Types")), list);
}

function parent(of) {
  return h("section.parent", {},
    h("h3", {}, of.parent, h("span.driver", {}, [of.driver, of.driver_version].filter(Boolean).filter(word => word !== of.parent).join(" "))),
    h("ul", {}, of.types.map(type => line(of.parent, type))));
}

function line(parent, type) {
  const made = store.count(parent, type.type);
  const left = type.available_instances;
  const all = made + (left ?? 0);
  const id = `capacity-${parent}-${type.type}`;
  return h("li.capacity", {},
    h("div.what", {},
      h("b", {id}, type.type), type.name && type.name !== type.type ? h("span.called", {}, type.name) : null),
    h("button.plus", {type: "button", "aria-label": `Start a ${type.type} of ${parent}`, title: `Start a ${type.type}`,
      disabled: left === 0, onclick: () => startForm(parent, type.type)}, "+"),
    h("meter", {"aria-labelledby": id, min: 0, max: Math.max(all, 1), value: made}),
    h("p.left", {}, left === null ? "capacity unknown" : left === 0 ? `none left, ${made} made` : `${left} left${made ? `, ${made} made` : ""}`),
    type.description ? h("p.description", {}, type.description) : null);
}
