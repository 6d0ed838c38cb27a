// Answers in short and at length. "Unknown" is never shown as "no".

import {h, words} from "./dom.js";

export const QUESTIONS = {
  "display-region": "Display in a region",
  "display-dmabuf": "Display as dma-bufs",
  "edid": "Takes an EDID",
  "migration": "Can migrate",
  "dirty-tracking": "Tracks dirty pages",
};

/** A device's five answers as four words, as vfio probe's table has them. */
export function summary(features) {
  if (!features) return {display: null, edid: null, migration: null, dirty: null};
  return {
    display: displayOf(features),
    edid: features["edid"].answer,
    migration: features["migration"].answer,
    dirty: features["dirty-tracking"].answer,
  };
}

function displayOf(features) {
  const region = features["display-region"].answer;
  const dmabuf = features["display-dmabuf"].answer;
  if (region === "yes") return dmabuf === "yes" ? "region, dmabuf" : "region";
  if (dmabuf === "yes") return "dmabuf";
  return region === "unknown" || dmabuf === "unknown" ? "unknown" : "none";
}

export function hasUnknown(features) {
  return features !== null && Object.values(features).some(f => f.answer === "unknown");
}

/** A word with a mark, so that it is not told by colour alone. */
export function mark(word, label) {
  const state = word === null ? "pending" : word === "unknown" ? "unknown" : word === "no" || word === "none" ? "no" : "yes";
  return h("span.mark-" + state, {}, label ? h("span.unseen", {}, label + " ") : null, word ?? "…");
}

/** An answer with all that is behind it. */
export function answer(question, given) {
  return h("li.answer", {"data-question": question, "data-answer": given.answer},
    h("h4", {}, mark(given.answer), " ", QUESTIONS[question] ?? question,
      given.flags?.length ? h("span.flags", {}, given.flags.join(", ")) : null),
    given.because ? h("p.because", {}, h("b", {}, "because "), words(given.because)) : null,
    given.evidence ? h("p.evidence", {}, h("code", {}, given.evidence), given.way ? h("span.way", {}, `asked by ${given.way}`) : null) : null,
    given.remedy ? h("p.remedy", {}, h("b", {}, "to do "), words(given.remedy)) : null);
}
