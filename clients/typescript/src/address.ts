/** The service's address: a key goes to no place that would hear it in clear. */
import { ConfigurationError } from "./errors.js";
import { fromEnvironment } from "./runtime.js";

export const VARIABLE = "MEMORY_SCOPE_BASE_URL";

/** Return the address without a slash at its end. Throws ConfigurationError for what is none. */
export function checkedAddress(given: string | undefined, allowHttp: boolean): string {
  const name = given === undefined ? VARIABLE : "baseURL";
  const told: unknown = given === undefined ? (fromEnvironment(VARIABLE) ?? "") : given;
  const text = typeof told === "string" ? told.trim() : "no text";
  const flaw = flawOf(text, allowHttp);
  if (flaw !== null) throw new ConfigurationError(`${name}: ${flaw}`);
  return new URL(text).href.replace(/\/+$/, "");
}

function flawOf(text: string, allowHttp: boolean): string | null {
  if (text === "") return `No address: give baseURL, or set ${VARIABLE}.`;
  const url = parsed(text);
  if (url === null) return "It must be an address such as https://memory.example.com.";
  if (/[?#]/.test(text)) return "It must have no query and no fragment.";
  return url.protocol === "https:" || allowHttp || isLoopback(url.hostname)
    ? null
    : `http://${url.hostname} would send the key in clear: use https, or say allowHttp: true.`;
}

function parsed(text: string): URL | null {
  // A URL forgives a missing slash and a name that has none: what it makes of these is a guess.
  if (!/^https?:\/\/[^/]/i.test(text)) return null;
  try {
    const url = new URL(text);
    const isSound =
      !url.username && !url.password && url.port !== "0" && !url.hostname.includes("..");
    return isSound ? url : null;
  } catch {
    return null;
  }
}

/** Say whether the host is this machine. A URL has every spelling of an address made one. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (/^127(\.\d+){3}$/.test(name) || name === "0.0.0.0") return true;
  return /^\[(::1?|::ffff:(7f[0-9a-f]{2}:[0-9a-f]{1,4}|0:0))\]$/.test(name);
}
