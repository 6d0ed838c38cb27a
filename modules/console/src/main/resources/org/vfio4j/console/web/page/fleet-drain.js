// How a host is emptied: what has to stay, and the steps in their order.

import * as api from "./api.js";
import {fill, h, problemText, say, short, soon, words} from "./dom.js";
import {count, link} from "./fleet-words.js";

const SUGGESTIONS = 12;

export function drain(pane, rest, signal, overview) {
  const names = h("datalist", {id: "drain-hosts"});
  const input = h("input", {name: "host", list: "drain-hosts", autocomplete: "off", required: true, "aria-label": "Host to be emptied", placeholder: "Host", spellcheck: false});
  input.setAttribute("list", "drain-hosts");
  const plan = h("div.plan", {"aria-live": "polite"});
  const suggest = soon(async () => {
    const {hosts} = await api.get(`/fleet/hosts?find=${encodeURIComponent(input.value)}&limit=${SUGGESTIONS}`).catch(() => ({hosts: []}));
    if (!signal.aborted) fill(names, hosts.map(host => h("option", {value: host.host_name})));
  }, 200);
  input.addEventListener("input", suggest);
  const form = h("form.drain-form", {onsubmit: event => {
    event.preventDefault();
    const to = link("drain", input.value.trim());
    if (location.hash === to) choose([input.value.trim()]);
    else location.hash = to;
  }}, h("label", {}, "Empty"), input, names, h("button.first", {type: "submit"}, "Plan"));
  form.querySelector("label").htmlFor = input.id = "drain-host";
  const choose = ([name]) => {
    if (name) {
      input.value = name;
      showPlan(plan, name, signal);
    } else {
      fill(plan, h("p.empty", {}, "Name a host: the plan says where each of its devices goes, in which order, and what has to stay. Nothing is moved."));
    }
    return true;
  };
  fill(pane, h("div.drain-view", {}, form, plan));
  const first = new AbortController();
  overview.follow(() => {
    first.abort();
    suggest();
    choose(rest);
  }, AbortSignal.any([first.signal, signal]));
  return choose;
}

async function showPlan(plan, name, signal) {
  plan.dataset.host = name;
  fill(plan, h("p.empty", {}, `Looking for places for what ${name} has …`));
  try {
    const answer = await api.get(`/fleet/hosts/${encodeURIComponent(name)}/drain`);
    if (signal.aborted || plan.dataset.host !== name) return;
    const steps = answer.steps.length + answer.steps_left_out;
    const stay = answer.staying.length + answer.staying_left_out;
    const targets = new Set(answer.steps.map(step => step.to)).size;
    const summary = steps + stay === 0 ? `${name} has no devices.`
      : `${count(steps, "step")} to ${count(targets, "host")}; ${stay ? `${count(stay)} cannot go` : "nothing has to stay"}.`;
    fill(plan,
      h("div.tools", {}, h("h3", {}, h("a", {href: link("hosts", name)}, name)), h("p.count", {}, summary)),
      stay ? h("section", {"aria-label": "What stays"}, h("h3", {}, "Stays"), h("ul.staying", {}, answer.staying.map(staying)),
        answer.staying_left_out ? h("p.empty", {}, `${count(answer.staying_left_out)} more are not shown.`) : null) : null,
      steps ? h("section", {"aria-label": "Steps"}, h("h3", {}, "Steps"), h("ol.steps", {}, answer.steps.map(step)),
        answer.steps_left_out ? h("p.empty", {}, `${count(answer.steps_left_out)} more are not shown: vfio fleet drain ${name}`) : null) : null);
    say(summary);
  } catch (problem) {
    if (!signal.aborted) fill(plan, h(".wrong", {}, problemText(problem)));
  }
}

function step(of) {
  return h("li.step", {},
    h("div.step-devices", {}, of.devices.map(each => h("p", {}, h("code", {title: each.source}, short(each.source)), h("span.type", {}, each.type ?? "")))),
    h("p.to", {}, h("span", {"aria-hidden": "true"}, "→"), h("span.unseen", {}, "to"), h("a", {href: link("hosts", of.to)}, of.to),
      h("span.on", {}, of.devices.map(each => each.make_on ? each.make_on : `is there: ${each.destination}`).join(", "))),
    h("p.held", {}, of.held_by ? `held by ${of.held_by}` : "nobody uses it: made anew there"),
    of.findings.length ? h("p.says", {}, of.findings.map(each => h("span.chip", {title: each.text}, each.id))) : null);
}

function staying(of) {
  return h("li", {}, h("p", {}, of.devices.map(name => h("code", {title: name}, short(name))), of.held_by ? ` held by ${of.held_by}` : null),
    of.findings.map(each => [h("p.because", {}, h("b", {}, "because "), each.text, h("span.flags", {}, ` ${each.id}`)),
      each.remedy ? h("p.remedy", {}, h("b", {}, "to do "), words(each.remedy)) : null]));
}
