// Elements made from data. Text becomes text: nothing that a host says is ever read as HTML.

/** An element: h("a.name", {href, onclick}, child, [children], "text"). */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts children into an element in place of what is there. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  return element;
}

/** The same, only if what it shows has changed: else who has the focus in it would lose it. */
export function refill(element, data, make) {
  const now = JSON.stringify(data);
  if (element.dataset.was === now) return;
  element.dataset.was = now;
  fill(element, make());
}

/** Runs an action once after a burst of calls. */
export function soon(action, millis = 150) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, millis);
  };
}

/** A button for what cannot be taken back: it asks once more in its own place. The action may fail, which is said. */
export function danger(verb, question, action) {
  const button = h("button.danger", {type: "button", onclick: async () => {
    if (!button.dataset.sure) {
      button.dataset.sure = "yes";
      button.textContent = question;
      return;
    }
    button.disabled = true;
    try {
      await action();
    } catch (problem) {
      complain(problem);
    } finally {
      button.disabled = false;
      calm();
    }
  }, onblur: () => calm()}, verb);
  const calm = () => {
    delete button.dataset.sure;
    button.textContent = verb;
  };
  return button;
}

/** What screen readers say, beside what is seen. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** Tells what went wrong, until it is dismissed: what and why, and what to do. */
export function complain(problem) {
  const notice = h(".notice", {}, problemText(problem),
    h("button.quiet", {type: "button", onclick: () => notice.remove()}, "Dismiss"));
  document.getElementById("notices").append(notice);
}

/** A problem in words. */
export function problemText(problem) {
  return h("p", {}, h("strong", {}, capital(problem.what ?? String(problem)), "."), problem.remedy ? [" ", words(problem.remedy)] : null);
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const UUID = /^[0-9a-f]{8}-/;

/** A UUID's first letters, which name a device in a list; its last ones too where another name begins as it does; other names whole. */
export function short(name, others = []) {
  if (!UUID.test(name)) return name;
  const begin = name.slice(0, 8);
  return others.some(other => other !== name && other.startsWith(begin)) ? `${begin}…${name.slice(-4)}` : begin;
}

/** A name of which the middle is left out where there is no room: UUIDs may begin alike. */
export function named(name) {
  return UUID.test(name)
    ? h("span.name", {title: name}, h("span.begin", {}, name.slice(0, -6)), name.slice(-6))
    : h("span.name", {title: name}, name);
}

/** Words in which no option, such as --open, is broken. */
export function words(text) {
  return text.split(/(?=\s--)|(?<=--\S+)(?=\s)/).map(part => part.startsWith(" --") ? [" ", h("span.whole", {}, part.slice(1))] : part);
}
