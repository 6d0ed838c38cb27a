// The displays that show something, each with a picture that follows it while it is in sight.

import * as api from "./api.js";
import {fill, h, short, soon} from "./dom.js";
import {listen, store} from "./store.js";

const WIDTH = 480;
const PAUSE = 1000;
const AT_ONCE = 4;

export class Wall {
  #cards = new Map();
  #visible = new Set();
  #list = h("ul.wall");
  #count = h("p.count");
  #seen = new IntersectionObserver(entries => entries.forEach(entry => {
    const name = entry.target.dataset.device;
    if (entry.isIntersecting) this.#visible.add(name);
    else this.#visible.delete(name);
  }), {rootMargin: "100px"});
  #arrangeSoon = soon(() => this.#arrange(), 60);

  constructor(signal) {
    this.element = h("section.displays", {"aria-labelledby": "wall-title", hidden: true},
      h("div.tools", {}, h("h2", {id: "wall-title"}, "Displays"), this.#count), this.#list);
    this.#arrange();
    listen(["all", "device"], this.#arrangeSoon, signal);
    signal.addEventListener("abort", () => this.#end());
    this.#follow(signal);
  }

  #arrange() {
    const names = [...store.devices.values()].filter(d => d.size).map(d => d.device.device).sort();
    for (const [name, card] of this.#cards) {
      if (!store.devices.get(name)?.size) this.#remove(name, card);
    }
    for (const name of names) {
      let card = this.#cards.get(name);
      if (!card) {
        card = this.#card(name);
        this.#cards.set(name, card);
      }
      this.#describe(card, store.devices.get(name), names);
    }
    const inOrder = names.map(name => this.#cards.get(name).item);
    if (inOrder.some((item, i) => this.#list.children[i] !== item)) this.#list.replaceChildren(...inOrder);
    this.element.hidden = names.length === 0;
    this.#count.textContent = String(names.length);
  }

  #card(name) {
    const image = h("img", {alt: "", loading: "lazy"});
    const caption = h("span.caption");
    const item = h("li", {"data-device": name},
      h("a.screen", {href: `#/display/${encodeURIComponent(name)}`}, h("span.glass", {}, image), caption));
    this.#seen.observe(item);
    return {item, image, caption, tag: "", url: "", busy: false, was: ""};
  }

  #describe(card, {device, size}, names) {
    const called = short(device.device, names);
    const now = `${called} ${device.type} ${size.width}×${size.height}`;
    if (card.was === now) return;
    card.was = now;
    fill(card.caption, h("b", {title: device.device}, called), h("span", {}, device.type ?? device.kind), h("span.size", {}, `${size.width}×${size.height}`));
    card.image.alt = `What ${device.device} shows`;
  }

  #remove(name, card) {
    this.#seen.unobserve(card.item);
    this.#visible.delete(name);
    URL.revokeObjectURL(card.url);
    card.item.remove();
    this.#cards.delete(name);
  }

  #end() {
    this.#seen.disconnect();
    this.#cards.forEach(card => URL.revokeObjectURL(card.url));
  }

  /** Round after round, only those in sight, a few at a time. */
  async #follow(signal) {
    while (!signal.aborted) {
      const due = document.hidden ? [] : [...this.#visible].filter(name => this.#cards.has(name));
      const workers = Array.from({length: AT_ONCE}, async () => {
        while (due.length && !signal.aborted) await this.#refresh(due.shift());
      });
      await Promise.all(workers);
      await new Promise(resolve => setTimeout(resolve, PAUSE));
    }
  }

  async #refresh(name) {
    const card = this.#cards.get(name);
    if (!card) return;
    try {
      const picture = await api.screen(name, WIDTH, card.tag);
      if (!picture) return;
      const old = card.url;
      card.url = URL.createObjectURL(picture.blob);
      card.tag = picture.tag;
      card.image.src = card.url;
      await card.image.decode().catch(() => {});
      URL.revokeObjectURL(old);
    } catch {
      // the host is gone for now: the bar says so
    }
  }
}
