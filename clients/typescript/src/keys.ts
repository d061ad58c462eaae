/** The key: checked before anything is sent, and shown to nobody but the request. */
import { HIDDEN } from "./runtime.js";
import { checkedSetting } from "./settings.js";

/** A key, or a function that is asked for one before each request. */
export type KeySource = string | (() => string | Promise<string>);

/** Where the key of each request comes from. */
export interface Keys {
  /** What of the last key may be shown, `sk_test_••••9fQ2`; null before a function was asked. */
  masked: string | null;
  /**
   * Return the key for one request. Throws ConfigurationError for what is none. What a function
   * returns is kept no longer than that request; what it throws goes to the caller as it is.
   */
  now(): Promise<string>;
}

export function keysOf(given: KeySource | undefined): Keys {
  const checked = (told: unknown) => {
    const key = checkedSetting(told, ["API key", "apiKey", "MEMORY_SCOPE_API_KEY"], flawOf);
    keys.masked = `${key.slice(0, 8)}${HIDDEN}${key.slice(-4)}`;
    return key;
  };
  const keys: Keys = {
    masked: null,
    now: async () => (typeof given === "function" ? checked((await given()) ?? "") : fixed),
  };
  const fixed = typeof given === "function" ? "" : checked(given);
  return keys;
}

/** Say why the text is no API key, without a character of it. */
function flawOf(text: string): string | undefined {
  const [, stem, end] = /^(sk_(?:test|live)_[0-9A-Za-z]{32})(\w{6})$/.exec(text) ?? [];
  if (!stem || !end) return "A key is sk_test_ or sk_live_ and 38 letters and digits.";
  return checksum(stem) === base62(end)
    ? undefined
    : "The key was mistyped or altered: its checksum is wrong.";
}

/** Return the CRC-32 of an ASCII text. */
function checksum(stem: string): number {
  let rest = -1;
  for (const character of stem) {
    rest ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 && 0xedb88320);
  }
  return ~rest >>> 0;
}

/** Return the number that digits, then capitals, then small letters stand for. */
function base62(text: string): number {
  let number = 0;
  for (const digit of text) number = 62 * number + parseInt(digit, 36) + (digit < "a" ? 0 : 26);
  return number;
}
