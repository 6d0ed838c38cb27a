// The host's API: JSON in, JSON out, and errors that say what to do.

const ROOT = "/api/v1";

/** What the host refused, and what to do. */
export class Problem extends Error {
  constructor(status, error) {
    super(error.what);
    this.status = status;
    this.what = error.what;
    this.remedy = error.remedy;
  }
}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      cache: "no-store",
      headers: body === undefined ? {} : {"Content-Type": "application/json"},
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, {what: "the host does not answer", remedy: "Is vfio serve still running?"});
  }
  if (response.status === 401) {
    location.assign("/login");
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Problem(response.status, answer.error ?? {what: `the host answered with status ${response.status}`, remedy: ""});
  }
  return answer;
}

export const get = path => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = path => call("DELETE", path);

/** The path of a device, with more behind it. */
export const device = (name, more = "") => `/devices/${encodeURIComponent(name)}${more}`;

/** The path of a definition. */
export const definition = (name, parent) => `/definitions/${encodeURIComponent(name)}?parent=${encodeURIComponent(parent)}`;

/** A device's picture: {blob, tag}; null while it shows nothing, undefined if it is the one that is known. */
export async function screen(name, width, known) {
  const response = await fetch(`${ROOT}${device(name)}/screen.png?width=${width}`, {
    cache: "no-store",
    headers: known ? {"If-None-Match": known} : {},
  });
  if (response.status === 304) return undefined;
  if (response.status !== 200) return null;
  return {blob: await response.blob(), tag: response.headers.get("ETag")};
}

/** Where a display's RFB is. */
export function rfb(name) {
  return `${location.protocol.replace("http", "ws")}//${location.host}${ROOT}${device(name)}/rfb`;
}

/** The picture of a device as it is now, whole, for a link. */
export const picture = name => `${ROOT}${device(name)}/screen.png`;

/** Hears of changes; {@code listeners} has a function for each kind, and up(), down(). */
export function events(listeners) {
  const source = new EventSource(ROOT + "/events");
  for (const kind of ["hello", "added", "removed", "changed", "fleet"]) {
    source.addEventListener(kind, event => listeners[kind](JSON.parse(event.data)));
  }
  source.addEventListener("error", () => listeners.down(source.readyState === EventSource.CLOSED));
}
