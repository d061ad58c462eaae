/** The key: checked before anything is sent, and shown to nobody but the request. */
import { ConfigurationError } from "./errors.js";
import { fromEnvironment } from "./runtime.js";
import type { KeyEnvironment } from "./vocabulary.js";

export const VARIABLE = "MEMORY_SCOPE_API_KEY";
const PATTERN = /^sk_(test|live)_[0-9A-Za-z]{38}$/;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM_LENGTH = 6;

/** A key, or a function that is asked for one before each request. */
export type KeySource = string | (() => string | Promise<string>);

/**
 * Where the key of each request comes from. What a function returns is kept no longer than that
 * request; what it throws goes to the caller as it is.
 */
export class Keys {
  readonly #ask: (() => string | Promise<string>) | null = null;
  readonly #fixed: string = "";
  /** What of the last key may be shown; null before a function was asked. */
  last: { environment: KeyEnvironment; masked: string } | null = null;

  constructor(given: KeySource | undefined) {
    if (typeof given === "function") this.#ask = given;
    else if (given !== undefined) this.#fixed = this.#checked(given, "apiKey");
    else this.#fixed = this.#checked(fromEnvironment(VARIABLE) ?? "", VARIABLE);
  }

  /** Return the key for one request. Throws ConfigurationError for what is none. */
  async now(): Promise<string> {
    return this.#ask === null
      ? this.#fixed
      : this.#checked(await this.#ask(), "What apiKey() returned");
  }

  #checked(given: unknown, name: string): string {
    const text = typeof given === "string" ? given.trim() : given;
    const flaw = flawOf(text);
    if (flaw !== null) throw new ConfigurationError(`${name}: ${flaw}`);
    const key = text as string;
    const environment = key.split("_")[1] as KeyEnvironment;
    this.last = { environment, masked: `sk_${environment}_••••${key.slice(-4)}` };
    return key;
  }
}

/** Say why the text is no API key, without a character of it; null if it is one. */
function flawOf(text: unknown): string | null {
  if (typeof text !== "string") return `A ${typeof text} is no API key.`;
  if (text === "") return `No API key: give apiKey, or set ${VARIABLE}.`;
  if (!PATTERN.test(text)) {
    return "The API key is malformed: sk_test_ or sk_live_ and 38 letters and digits are a key.";
  }
  if (checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) {
    return "The API key's checksum is wrong: it was mistyped or altered.";
  }
  return null;
}

/** Return the CRC-32 of an ASCII text in base 62. */
function checksum(stem: string): string {
  let rest = 0xffffffff;
  for (const character of stem) {
    rest ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  rest = ~rest >>> 0;
  let text = "";
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
