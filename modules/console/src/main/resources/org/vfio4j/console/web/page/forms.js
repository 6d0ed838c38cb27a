// Dialogs that make devices and definitions.

import * as api from "./api.js";
import {h, problemText, say} from "./dom.js";
import {store} from "./store.js";

const UUID = "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}";

/** A dialog with a form; submitting does the action, and what goes wrong is said in it. */
export function dialog(title, fields, verb, action) {
  const wrong = h("div.wrong", {role: "alert"});
  const submit = h("button.first", {type: "submit"}, verb);
  const element = h("dialog", {"aria-label": title},
    h("form", {method: "dialog", onsubmit: async event => {
      event.preventDefault();
      submit.disabled = true;
      wrong.replaceChildren();
      try {
        await action(Object.fromEntries(new FormData(event.target)));
        element.close();
      } catch (problem) {
        wrong.replaceChildren(problemText(problem));
      } finally {
        submit.disabled = false;
      }
    }},
    h("h2", {}, title), fields, wrong,
    h("div.actions", {}, submit, h("button", {type: "button", onclick: () => element.close()}, "Cancel"))));
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();
  return element;
}

/** A labelled field. */
export function field(label, input, hint) {
  return h("label.field", {}, h("span", {}, label), input, hint ? h("small", {}, hint) : null);
}

/** Both are chosen already: those that are named, else the first of which there is one left. */
function parentAndType(parent, type) {
  const hasRoom = t => t.available_instances !== 0;
  const first = parent ?? (store.parents.find(p => p.types.some(hasRoom)) ?? store.parents[0])?.parent;
  const types = h("select", {name: "type", required: true});
  const fillTypes = name => {
    const all = store.parents.find(p => p.parent === name)?.types ?? [];
    const chosen = type ?? all.find(hasRoom)?.type;
    types.replaceChildren(...all.map(t => h("option", {value: t.type, selected: t.type === chosen},
      t.type + (t.available_instances === null ? "" : ` (${t.available_instances || "none"} left)`))));
  };
  const parents = h("select", {name: "parent", required: true, onchange: event => fillTypes(event.target.value)},
    store.parents.map(p => h("option", {value: p.parent, selected: p.parent === first}, p.parent)));
  fillTypes(first);
  return [field("Parent", parents), field("Type", types)];
}

function uuidField(value) {
  return field("UUID", h("input", {name: "device", pattern: UUID, value, spellcheck: "false", autocomplete: "off"}), "left empty: a new one");
}

/** Starts a device. */
export function startForm(parent, type) {
  dialog("Start a device", [parentAndType(parent, type), uuidField("")], "Start", async ({parent, type, device}) => {
    const made = await api.post("/devices", {parent, type, ...(device ? {device} : {})});
    say(`${made.device} was started`);
    location.hash = `#/devices/${encodeURIComponent(made.device)}`;
  });
}

/** Writes a device down: one that is there, or any. */
export function defineForm(device) {
  const attributes = h("textarea", {name: "attrs", rows: 3, spellcheck: "false", placeholder: "name=value"});
  dialog("Define a device", [
    device ? [field("Device", h("input", {name: "device", value: device.device, readonly: true}))] : [parentAndType(), uuidField("")],
    field("Starts", h("select", {name: "start"}, h("option", {value: "manual"}, "when asked to"), h("option", {value: "auto"}, "with the host"))),
    field("Attributes", attributes, "a line each, set in this order when it starts"),
  ], "Define", async values => {
    const attrs = values.attrs.split("\n").map(line => line.trim()).filter(Boolean).map(line => {
      const at = line.indexOf("=");
      return {name: at < 0 ? line : line.slice(0, at), value: at < 0 ? "" : line.slice(at + 1)};
    });
    const {parent, type, device: uuid, start} = values;
    const made = await api.post("/definitions", {...(uuid ? {device: uuid} : {}), ...(device ? {} : {parent, type}), start, attrs});
    say(`${made.device} is defined`);
    document.dispatchEvent(new CustomEvent("defined"));
  });
}
