// What is written down: devices that come back.

import * as api from "./api.js";
import {complain, danger, fill, h, say, short} from "./dom.js";
import {defineForm} from "./forms.js";
import {listen} from "./store.js";

export function definitions(main, rest, signal) {
  const list = h("ul.definitions");
  const load = async () => {
    try {
      const {definitions: all, findings} = await api.get("/definitions");
      fill(list, all.length ? all.map(one => line(one, load)) : h("li.empty", {}, "Nothing is defined. A defined device can be started by its name alone, or with the host."),
        findings.map(finding => h("li.empty", {}, `${finding.subject}: ${finding.text}. ${finding.remedy}`)));
    } catch (problem) {
      complain(problem);
    }
  };
  fill(main, h("section.page", {"aria-labelledby": "definitions-title"},
    h("div.tools", {}, h("h2", {id: "definitions-title"}, "Definitions"), h("button", {type: "button", onclick: () => defineForm(null)}, "Define a device")), list));
  listen(["all", "types"], load, signal);
  document.addEventListener("defined", load, {signal});
  load();
}

function line(one, load) {
  const path = api.definition(one.device, one.parent);
  const act = (action, said) => async () => {
    try {
      await action();
      say(`${one.device} ${said}`);
      await load();
    } catch (problem) {
      complain(problem);
    }
  };
  const other = one.start === "auto" ? "manual" : "auto";
  return h("li.definition", {},
    h("div", {}, h("b.name", {}, one.active ? h("a", {href: `#/devices/${encodeURIComponent(one.device)}`}, one.device) : one.device),
      h("span.type", {}, `${one.type} of ${one.parent}`),
      h("span.flags", {}, one.start === "auto" ? "starts with the host" : "starts when asked to"),
      one.active ? h("span.mark-yes", {}, "active") : h("span.mark-no", {}, "not active")),
    one.attrs.length ? h("p.evidence", {}, h("code", {}, one.attrs.map(a => `${a.name}=${a.value}`).join("  "))) : null,
    h("div.actions", {},
      one.active ? null : h("button.first", {type: "button", "aria-label": `Start ${short(one.device)}`,
        onclick: act(() => api.post("/devices", {device: one.device, parent: one.parent}), "was started")}, "Start"),
      h("button", {type: "button", onclick: act(() => api.patch(path, {start: other}), `starts ${other}`)}, one.start === "auto" ? "Start when asked to" : "Start with the host"),
      danger("Undefine", "Undefine it?", act(() => api.remove(path), "is defined no more"))));
}
