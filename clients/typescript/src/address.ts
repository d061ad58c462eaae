/** The service's address: a key goes to no place that would hear it in clear. */
import { checkedSetting } from "./settings.js";

/** Return the address without a slash at its end. Throws ConfigurationError for what is none. */
export function checkedAddress(given: string | undefined, allowHttp: boolean): string {
  const names = ["address", "baseURL", "MEMORY_SCOPE_BASE_URL"] as const;
  const text = checkedSetting(given, names, (text) => flawOf(text, allowHttp));
  return new URL(text).href.replace(/\/+$/, "");
}

function flawOf(text: string, allowHttp: boolean): string | undefined {
  const { protocol, hostname = "..", port } = parsed(text) ?? {};
  // A URL forgives a missing slash and a name that has none: what it makes of these is a guess.
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(text) || hostname.includes("..") || port === "0") {
    return "It must be an address such as https://memory.example.com, without a user or a query.";
  }
  return protocol === "https:" || allowHttp || LOOPBACK.test(hostname)
    ? undefined
    : `http://${hostname} would send the key in clear: use https, or say allowHttp: true.`;
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** What is this machine. A URL has every spelling of an address made one. */
const LOOPBACK =
  /^((.+\.)?localhost|127(\.\d+){3}|0\.0\.0\.0|\[(::1?|::ffff:(7f\w\w:\w{1,4}|0:0))\])\.?$/;
