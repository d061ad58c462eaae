/**
 * From the JSON of an answer to what TypeScript sees of it. What is no such answer throws a
 * TypeError. What an older service leaves out has a default; what a newer one adds is passed over,
 * and a word that no type has yet is taken as it is: the service knows best which words there are.
 */
import { snake } from "./naming.js";
import type { Json } from "./vocabulary.js";

export type Reader<T> = (told: unknown) => T;
/** A reader for each field, by its name in TypeScript. */
export type Fields<T> = { readonly [K in keyof T]-?: Reader<T[K]> };
export type JsonObject = Record<string, Json>;

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

function refuse(): never {
  throw new TypeError("Not what was agreed.");
}

export const text = (told: unknown): string => (typeof told === "string" ? told : refuse());
export const flag = (told: unknown): boolean => (typeof told === "boolean" ? told : refuse());
export const number = (told: unknown): number => (typeof told === "number" ? told : refuse());
export const integer = (told: unknown): number =>
  Number.isInteger(told) ? (told as number) : refuse();

/** Read one of the words of a type. A word that it does not have is the service's to know. */
export function word<T extends string>(): Reader<T> {
  return (told) => text(told) as T;
}

/** Read a time. What is finer than a millisecond is cut off: no `Date` can hold it. */
export function time(told: unknown): Date {
  const moment = text(told);
  const date = new Date(MOMENT.test(moment) ? moment.replace(/(\.\d{3})\d+/, "$1") : Number.NaN);
  return Number.isNaN(date.getTime()) ? refuse() : date;
}

/** Read what people said: as it is, with its own names. */
export function said<T extends object>(told: unknown): T {
  return typeof told === "object" && told !== null ? (told as T) : refuse();
}

export function anything(told: unknown): Json {
  return told === undefined ? refuse() : (told as Json);
}

export function object(told: unknown): JsonObject {
  return Array.isArray(told) ? refuse() : said<JsonObject>(told);
}

export function list<T>(reader: Reader<T>): Reader<T[]> {
  return (told) => (Array.isArray(told) ? told.map((one) => reader(one)) : refuse());
}

export function table<T>(reader: Reader<T>): Reader<Record<string, T>> {
  return (told) =>
    Object.fromEntries(Object.entries(object(told)).map(([name, one]) => [name, reader(one)]));
}

/** Read what may be null, or left out. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return or(reader, () => null);
}

/** Read what may be null, or left out, with what stands for it then. */
export function or<T, D>(reader: Reader<T>, fallback: () => D): Reader<T | D> {
  return (told) => (told === undefined || told === null ? fallback() : reader(told));
}

/** Read an object by its fields, which have names of TypeScript. */
export function record<T>(fields: Fields<T>): Reader<T> {
  const readers = Object.entries<Reader<unknown>>(fields);
  return (told) => {
    const given = object(told);
    return Object.fromEntries(readers.map(([name, read]) => [name, read(given[snake(name)])])) as T;
  };
}
