// A display in full: noVNC where it was packed in, else pictures that follow it.

import * as api from "./api.js";
import {fill, h} from "./dom.js";
import {sizeForm} from "./size.js";
import {listen, store} from "./store.js";

const PAUSE = 400;
const WIDTH = 4096;

export function display(main, [name], signal) {
  const stage = h("div.stage", {tabindex: "0", "aria-label": `What ${name} shows`});
  const state = h("p.state", {role: "status"}, "connecting …");
  const size = h("span.size");
  const resize = h("button", {type: "button", hidden: true, onclick: () => sizeForm(name)}, "Set its size");
  const draw = () => {
    const known = store.devices.get(name);
    size.textContent = known?.size ? `${known.size.width}×${known.size.height}` : "";
    resize.hidden = known?.features?.edid.answer !== "yes";
  };
  fill(main, h("section.display", {"aria-label": "Display"},
    h("div.tools", {},
      h("a.button", {href: `#/devices/${encodeURIComponent(name)}`}, "← Device"),
      h("h2", {}, name), size, state, resize,
      h("a.button", {href: api.picture(name), download: `${name}.png`}, "Screenshot"),
      h("button", {type: "button", onclick: () => stage.requestFullscreen?.()}, "Full screen")),
    stage));
  listen(["device", "all"], draw, signal);
  draw();
  show(stage, name, state, signal);
}

async function show(stage, name, state, signal) {
  let RFB;
  try {
    RFB = (await import("/assets/novnc/core/rfb.js")).default;
  } catch {
    pictures(stage, name, state, signal);
    return;
  }
  if (!signal.aborted) connect(RFB, stage, name, state, signal);
}

function connect(RFB, stage, name, state, signal) {
  stage.replaceChildren();
  const rfb = new RFB(stage, api.rfb(name), {shared: true});
  // A VFIO device shows; keys and the pointer are other devices of the machine.
  rfb.viewOnly = true;
  rfb.scaleViewport = true;
  rfb.background = "";
  rfb.addEventListener("connect", () => { state.textContent = "live"; });
  rfb.addEventListener("disconnect", () => {
    if (signal.aborted) return;
    state.textContent = "disconnected; trying again …";
    setTimeout(() => { if (!signal.aborted) connect(RFB, stage, name, state, signal); }, 2000);
  });
  signal.addEventListener("abort", () => rfb.disconnect(), {once: true});
}

async function pictures(stage, name, state, signal) {
  const image = h("img", {alt: `What ${name} shows`});
  let tag = "";
  let url = "";
  stage.replaceChildren(image);
  while (!signal.aborted) {
    const picture = await api.screen(name, WIDTH, tag).catch(() => null);
    state.textContent = picture === null ? "it shows nothing now" : "live, as pictures";
    if (picture) {
      URL.revokeObjectURL(url);
      url = URL.createObjectURL(picture.blob);
      tag = picture.tag;
      image.src = url;
    }
    await new Promise(resolve => setTimeout(resolve, PAUSE));
  }
  URL.revokeObjectURL(url);
}
