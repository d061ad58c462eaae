/**
 * What a caller gives, made ready to be sent. What the service can judge, the service judges; what
 * cannot be sent at all, or would be sent as something else, is refused here.
 */
import { InvalidArgumentError } from "./errors.js";
import { snake } from "./naming.js";

const MOST_LEVELS = 100; // the service takes fewer
const HALF_A_CHARACTER = /\p{Surrogate}/u;
const IDEMPOTENCY_KEY = /^[!-~](?:[ -~]{0,253}[!-~])?$/;

/** Return fields by the names of the service, without those that are null or undefined. */
export function fieldsOf(given: object, name = "The argument"): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw wrong(name, "an object", given);
  }
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue;
    checkPlain(value, key, []);
    fields[snake(key)] = value;
  }
  return fields;
}

/** Return a query with its `?`; what is null or undefined is left out. */
export function queryOf(given: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) query.set(snake(name), parameter(name, value));
  }
  const written = query.toString();
  return written && `?${written}`;
}

/**
 * Return a part of a path that nothing takes for another one. Every `fetch` takes `.` and `..` out
 * of a path, also where they are encoded; a blank before them, which the service strips, keeps them.
 */
export function segmentOf(name: string, value: string): string {
  const given = checkedText(name, value);
  if (given.trim() === "") throw new InvalidArgumentError(`${name} is empty.`);
  return (/^\.\.?$/.test(given) ? "%20" : "") + encodeURIComponent(given);
}

/** Return what can be a header; without one, a fresh one. */
export function checkedIdempotencyKey(given: string | undefined): string {
  const key: unknown = given ?? crypto.randomUUID();
  if (typeof key !== "string" || !IDEMPOTENCY_KEY.test(key)) {
    throw new InvalidArgumentError(
      "idempotencyKey must be 1 to 255 printable ASCII characters, without a blank at either end.",
    );
  }
  return key;
}

function parameter(name: string, value: unknown): string {
  if (value instanceof Date && /since|until/.test(name)) {
    // A text is finer than a `Date`, and says its time zone by itself.
    if (Number.isNaN(value.getTime()))
      throw new InvalidArgumentError(`${name} is an invalid Date.`);
    return value.toISOString();
  }
  if (name !== "limit") return checkedText(name, value);
  if (!Number.isInteger(value)) throw wrong(name, "an integer", value);
  return String(value);
}

export function checkedText(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw wrong(name, "a string", value);
  }
  if (HALF_A_CHARACTER.test(value)) {
    throw new InvalidArgumentError(
      `${name} holds characters that cannot be sent: lone surrogates.`,
    );
  }
  return value;
}

/** Throw InvalidArgumentError, which says where, for what JSON would leave out or make another thing. */
function checkPlain(value: unknown, name: string, above: readonly object[]): void {
  if (typeof value === "string") checkedText(name, value);
  if (value === null || /^(boolean|string)$/.test(typeof value) || Number.isFinite(value)) return;
  if (typeof value !== "object" || !(Array.isArray(value) || isPlainObject(value))) {
    const what = typeof value === "number" ? value : kind(value);
    throw new InvalidArgumentError(`${name} is ${what}, which JSON cannot say.`);
  }
  if (above.includes(value)) throw new InvalidArgumentError(`${name} holds itself.`);
  if (above.length >= MOST_LEVELS) throw new InvalidArgumentError(`${name} is nested too deep.`);
  const within = [...above, value];
  if (Array.isArray(value)) {
    // By number: `forEach` would pass over a hole, of which JSON makes null.
    for (let at = 0; at < value.length; at++) checkPlain(value[at], `${name}[${at}]`, within);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    checkedText(`A key of ${name}`, key);
    if (one !== undefined) checkPlain(one, `${name}.${key.slice(0, 40)}`, within);
  }
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm (a frame, a test's sandbox) it is another Object, which has no prototype either.
  const isBare = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isBare && typeof (value as { toJSON?: unknown }).toJSON !== "function";
}

function wrong(name: string, what: string, value: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`${name} must be ${what}, not ${kind(value)}.`);
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const name = typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
