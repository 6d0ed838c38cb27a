// How the fleet's numbers and links are written.

/** 12,345; with a word, 12,345 hosts. */
export function count(number, word) {
  const digits = number.toLocaleString("en-US");
  return word ? `${digits} ${word}${number === 1 ? "" : "s"}` : digits;
}

/** The place of something of the fleet, with parameters. */
export function link(tab, name, parameters) {
  const query = new URLSearchParams(parameters ?? {}).toString();
  return `#/fleet/${tab}${name ? `/${encodeURIComponent(name)}` : ""}${query ? `?${query}` : ""}`;
}

/** A parameter of where the page is. */
export const parameter = name => new URLSearchParams(location.hash.split("?")[1] ?? "").get(name) ?? "";

/** Since when: 3 min, 5 h, 12 d. */
export function age(instant) {
  const seconds = Math.max(0, (Date.now() - Date.parse(instant)) / 1000);
  if (seconds > 172800) return `${Math.floor(seconds / 86400)} d`;
  if (seconds > 7200) return `${Math.floor(seconds / 3600)} h`;
  return seconds > 120 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds)} s`;
}

/** A, B, … Z, AA: what a group is called, as vfio fleet matrix does. */
export function letter(index) {
  const last = String.fromCharCode(65 + index % 26);
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}
