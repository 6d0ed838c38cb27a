// What is known of the host, kept up to date by its events.

import * as api from "./api.js";
import {soon} from "./dom.js";

const BATCH = 50;

/** Told of: "host", "types", "device" with a name, "all", "live", "fleet". */
class Store extends EventTarget {
  host = null;
  parents = [];
  /** By name: {device, features, size}. The answers come later than the device. */
  devices = new Map();
  live = "connecting";
  log = [];
  #unasked = new Set();
  #askSoon = soon(() => this.#ask(), 60);
  #typesSoon = soon(() => this.#types(), 200);

  /** Begins to listen. */
  open() {
    api.events({
      hello: () => this.#reload(),
      added: ({device}) => {
        this.#put(device, null);
        this.#note(`${device.device} was started`, device.type);
        this.#typesSoon();
      },
      removed: ({device}) => {
        if (!this.devices.delete(device)) return;
        this.#unasked.delete(device);
        this.#note(`${device} was stopped`, "");
        this.#tell("device", device);
        this.#typesSoon();
      },
      changed: ({device, display}) => {
        const before = this.devices.get(device.device);
        this.#put(device, display);
        if (!before || before.device.in_use !== device.in_use) {
          this.#note(`${device.device} is ${device.in_use ? "in use" : "free again"}`, device.type);
        } else if (display) {
          this.#note(`${device.device} shows ${display.width}×${display.height}`, device.type);
        }
      },
      fleet: () => this.#tell("fleet"),
      down: () => {
        this.live = "reconnecting";
        this.#tell("live");
      },
    });
  }

  count(parent, type) {
    let count = 0;
    for (const {device} of this.devices.values()) {
      if (device.parent === parent && device.type === type) count++;
    }
    return count;
  }

  async #reload() {
    try {
      const [host, types, list, displays] = await Promise.all(
        ["/host", "/types", "/devices", "/displays"].map(api.get));
      const sizes = new Map(displays.displays.map(d => [d.device, d]));
      this.host = host;
      this.parents = types.parents;
      const before = this.devices;
      this.devices = new Map(list.devices.map(device => [device.device, {
        device,
        features: before.get(device.device)?.features ?? null,
        size: sizes.get(device.device) ?? null,
      }]));
      this.live = "live";
      for (const kind of ["host", "types", "all", "live"]) this.#tell(kind);
      this.devices.forEach((_, name) => this.#unasked.add(name));
      await this.#ask();
    } catch (problem) {
      this.live = "reconnecting";
      this.#tell("live");
      console.warn(problem);
    }
  }

  #put(device, size) {
    const known = this.devices.get(device.device);
    this.devices.set(device.device, {device, features: known?.features ?? null, size});
    this.#tell("device", device.device);
    this.#unasked.add(device.device);
    this.#askSoon();
  }

  /** Asks the devices of which the answers are not known, or old. */
  async #ask() {
    while (this.#unasked.size) {
      const names = [...this.#unasked].slice(0, BATCH);
      names.forEach(name => this.#unasked.delete(name));
      try {
        const query = names.map(name => "device=" + encodeURIComponent(name)).join("&");
        const {devices} = await api.get("/probe?" + query);
        for (const probe of devices) {
          const known = this.devices.get(probe.device);
          if (!known) continue;
          known.features = probe.features;
          this.#tell("device", probe.device);
        }
      } catch (problem) {
        if (problem.status !== 404) console.warn(problem);
        else names.filter(name => names.length > 1 && this.devices.has(name)).forEach(name => this.#askOne(name));
      }
    }
  }

  /** One of several went meanwhile: each alone. */
  async #askOne(name) {
    const answer = await api.get("/probe?device=" + encodeURIComponent(name)).catch(() => null);
    const known = this.devices.get(name);
    if (!answer || !known) return;
    known.features = answer.devices[0].features;
    this.#tell("device", name);
  }

  async #types() {
    this.parents = (await api.get("/types")).parents;
    this.#tell("types");
  }

  #note(text, more) {
    this.log.unshift({when: new Date(), text, more});
    this.log.length = Math.min(this.log.length, 500);
    this.#tell("log");
  }

  #tell(kind, name) {
    this.dispatchEvent(new CustomEvent(kind, {detail: name}));
  }
}

export const store = new Store();

/** Listens until the view is left. */
export function listen(kinds, listener, signal) {
  for (const kind of kinds) store.addEventListener(kind, listener, {signal});
}
