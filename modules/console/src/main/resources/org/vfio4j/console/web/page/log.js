// What has happened since this page was opened.

import {fill, h} from "./dom.js";
import {listen, store} from "./store.js";

export function log(main, rest, signal) {
  const list = h("ol.log");
  const draw = () => fill(list, store.log.length
    ? store.log.map(({when, text, more}) => h("li", {}, h("time", {datetime: when.toISOString()}, when.toLocaleTimeString()), h("span", {}, text), more ? h("span.type", {}, more) : null))
    : h("li.empty", {}, "Nothing has happened since this page was opened."));
  fill(main, h("section.page", {"aria-labelledby": "log-title"}, h("div.tools", {}, h("h2", {id: "log-title"}, "Events")), list));
  listen(["log"], draw, signal);
  draw();
}
