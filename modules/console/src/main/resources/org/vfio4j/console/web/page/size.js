// The size a device asks its guest for, through its EDID.

import * as api from "./api.js";
import {h, say} from "./dom.js";
import {dialog, field} from "./forms.js";

const SIZES = ["800x600", "1024x768", "1280x720", "1280x800", "1600x900", "1920x1080", "2560x1440"];

/** Sets it, and says what the device will take. */
export async function sizeForm(name) {
  const monitor = await api.get(api.device(name, "/edid"));
  const fits = size => {
    const [width, height] = size.split("x").map(Number);
    return (!monitor.max_width || width <= monitor.max_width) && (!monitor.max_height || height <= monitor.max_height);
  };
  const limit = monitor.max_width ? `at most ${monitor.max_width}×${monitor.max_height}` : "";
  dialog("Set the display’s size", [
    h("datalist", {id: "sizes"}, SIZES.filter(fits).map(value => h("option", {value}))),
    field("Width × height", h("input", {name: "size", list: "sizes", required: true, pattern: "[0-9]{2,5}[x×][0-9]{2,5}",
      value: monitor.preferred ?? "", placeholder: "1280x800", autocomplete: "off"}), limit),
    h("p.hint", {}, "The device’s monitor is unplugged and another one plugged in. The guest’s driver looks again and follows, if it does such a thing."),
  ], "Set", async ({size}) => {
    await api.put(api.device(name, "/edid"), {size});
    say(`${name} asks its guest for ${size}`);
  });
}
