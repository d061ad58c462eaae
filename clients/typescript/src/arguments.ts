/**
 * What a caller gives, made ready to be sent. What the service can judge, the service judges; what
 * cannot be sent at all, or would be sent as something else, is refused here.
 */
import { InvalidArgumentError } from "./errors.js";
import { camel, mapped, snake } from "./naming.js";
import { ALL_DOMAINS } from "./vocabulary.js";

/** Returns what is sent for a domain; null and undefined: nothing. */
export type DomainWriter = (domain: unknown) => unknown;

/** Where a domain narrows: absent is every one, and empty is what has none. */
export const narrowing: DomainWriter = (domain) =>
  domain === ALL_DOMAINS ? null : domain === null ? "" : domain;
/** Where several are read, `*` is every one. */
export const starred: DomainWriter = (domain) => (domain === ALL_DOMAINS ? "*" : domain);
const asGiven: DomainWriter = (domain) => domain;

export function invalid(sentence: string): never {
  throw new InvalidArgumentError(sentence);
}

/**
 * Return what is given as it is sent: fields by the names of the service, without those that say
 * nothing, which are null, undefined, and flags that are false, which older services do not know.
 * Throws, and says where, for what JSON would leave out or make another thing. What people said
 * keeps its names and nulls: there, `domainOf` is null.
 */
export function written(
  given: unknown,
  domainOf: DomainWriter | null = asGiven,
  name = "The argument",
  above: readonly unknown[] = [],
): unknown {
  const MOST_LEVELS = 100; // the service takes fewer
  if (typeof given === "string") return checkedText(name, given);
  if (given === null && above.length) return given;
  if (typeof given === "boolean" || Number.isFinite(given)) return given;
  // A time as a text is finer than a `Date`, and stays so.
  if (domainOf && given instanceof Date) {
    return given.toJSON() ?? invalid(`${name} is an invalid Date.`);
  }
  if (above.includes(given) || above.length > MOST_LEVELS) {
    invalid(`${name} holds itself, or is nested too deep.`);
  }
  const within = [...above, given];
  if (Array.isArray(given)) {
    return Array.from(given, (one, at) => written(one, domainOf, `${name}[${at}]`, within));
  }
  if (!given || typeof given !== "object" || !(domainOf || isPlainObject(given))) {
    invalid(`${name} is ${kind(given)}, which JSON cannot say.`);
  }
  const fields = Object.entries(given).flatMap(([key, said]) => {
    const way = above.length ? `${name}.${key.slice(0, 40)}` : key;
    const value = domainOf && key === "domain" ? domainOf(said) : said;
    const isSilent = value === null || (value === false && /^(detail|receipt|replace)$/.test(key));
    return value === undefined || (domainOf && isSilent)
      ? []
      : [
          [
            domainOf ? snake(key) : checkedText(`A key of ${name}`, key),
            written(value, key === "valueJson" ? null : domainOf, way, within),
          ],
        ];
  });
  return Object.fromEntries(fields);
}

/** Return the fields of a query. */
export function parametersOf(given: object): Record<string, string> {
  return mapped(written(given, narrowing) as object, ([name, value]) => {
    if (name !== "limit") return [name, checkedText(camel(name), value)];
    return Number.isInteger(value) ? [name, `${value}`] : wrong(name, "an integer", value);
  });
}

/**
 * Return an id as the part of a path that nothing takes for another one. Every `fetch` takes `.` and
 * `..` out of a path, also where they are encoded; a blank before them, which the service strips,
 * keeps them.
 */
export function segmentOf(id: unknown): string {
  const text = checkedText("The id", id);
  if (!text.trim()) invalid("The id is empty.");
  return (/^\.\.?$/.test(text) ? "%20" : "") + encodeURIComponent(text);
}

export function checkedArray<T>(name: string, value: readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : wrong(name, "an array", value);
}

function checkedText(name: string, value: unknown): string {
  if (typeof value !== "string") wrong(name, "a string", value);
  return /\p{Surrogate}/u.test(value)
    ? invalid(`${name} holds lone surrogates, which cannot be sent.`)
    : value;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm (a frame, a test's sandbox) it is another Object, which has no prototype either.
  return !prototype || !Object.getPrototypeOf(prototype);
}

function wrong(name: string, what: string, value: unknown): never {
  invalid(`${name} must be ${what}, not ${kind(value)}.`);
}

/** Say what it is, without a word of what people said. */
function kind(value: unknown): string {
  if (value == null || typeof value === "number") return `${value}`;
  const name = typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}
