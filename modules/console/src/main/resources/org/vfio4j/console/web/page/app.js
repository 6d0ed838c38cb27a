// The page's frame: which view is shown, and what stays around it.

import {devices} from "./devices.js";
import {definitions} from "./definitions.js";
import {fleet} from "./fleet.js";
import {log} from "./log.js";
import {display} from "./display.js";
import {complain, fill, h, say, soon} from "./dom.js";
import {store} from "./store.js";

/**
 * The views, by the first word behind the #. Each has a name for the bar (or none), and show(main, rest, signal), which fills the page; the signal
 * ends what the view listens to; when(host) may say that there is nothing for it.
 */
const VIEWS = {
  devices: {name: "Devices", show: devices},
  definitions: {name: "Definitions", show: definitions},
  events: {name: "Events", show: log},
  fleet: {name: "Fleet", show: fleet, when: host => host.fleet},
  display: {name: null, show: display},
};

const main = document.getElementById("main");
let leaving = new AbortController();
let shown = "";

function route() {
  const [word, ...rest] = location.hash.split("?")[0].replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const view = VIEWS[word] ? word : "devices";
  markCurrent(view);
  if (view === shown && VIEWS[view].show.again?.(rest)) return;
  leaving.abort();
  leaving = new AbortController();
  shown = view;
  document.body.dataset.view = view;
  VIEWS[view].show(main, rest, leaving.signal);
  if (store.host && document.activeElement === document.body) main.focus({preventScroll: true});
}

function markCurrent(view) {
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function showHost() {
  const {host_name: name, kernel, vfio4j} = store.host;
  document.title = `${name} · vfio4j console`;
  for (const link of document.querySelectorAll("#views a")) {
    const {when} = VIEWS[link.dataset.view];
    link.parentElement.hidden = Boolean(when && !when(store.host));
  }
  fill(document.getElementById("where"), h("strong", {}, name), h("span.kernel", {}, ` Linux ${kernel} · vfio4j ${vfio4j.version}`));
}

function showLive() {
  const live = document.getElementById("live");
  live.textContent = store.live;
  live.dataset.state = store.live;
}

fill(document.getElementById("views"), Object.entries(VIEWS)
  .filter(([, view]) => view.name)
  .map(([word, view]) => h("li", {hidden: Boolean(view.when)}, h("a", {href: `#/${word}`, "data-view": word}, view.name))));
store.addEventListener("host", showHost);
store.addEventListener("live", showLive);
store.addEventListener("log", soon(() => say(store.log[0].text), 400));
addEventListener("hashchange", route);
addEventListener("unhandledrejection", event => complain(event.reason));
route();
store.open();
