/**
 * From the JSON of an answer to what TypeScript sees of it. What is no such answer throws a
 * TypeError. What an older service leaves out has a default; what a newer one adds is passed over,
 * and a word that no type has yet is taken as it is: the service knows best which words there are.
 */
import { mapped, snake } from "./naming.js";
import type { Json } from "./vocabulary.js";

export type JsonObject = Record<string, Json>;
/** Reads a value; `around` is the record that it stands in, or of a whole answer its status. */
export type Reader<T> = (told: unknown, around: JsonObject) => T;
/** Reads what needs nothing around it. */
export type Simple<T> = (told: unknown) => T;
/** Reads one of the words of a type. A word that it does not have is the service's to know. */
export type WordReader = <T extends string>(told: unknown) => T;
/** A reader for each field, by its name in TypeScript. */
export type Fields<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

export function refuse(): never {
  throw new TypeError();
}

function typed<T>(type: string): Simple<T> {
  return (told) => (typeof told === type ? (told as T) : refuse());
}

export const text = typed("string") as WordReader;
export const flag = typed<boolean>("boolean");
export const number = typed<number>("number");

/** Read a time. What is finer than a millisecond is cut off: no `Date` can hold it. */
export function time(told: unknown): Date {
  const MOMENT = /^\d{4}(-\d\d){2}T\d\d(:\d\d){2}(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const moment: string = text(told);
  const date = new Date(MOMENT.test(moment) ? moment.replace(/(\.\d{3})\d+/, "$1") : "");
  return date.toJSON() ? date : refuse(); // of what is no time it is null
}

/** Read what people said: as it is, with its own names. */
export function said<T extends object>(told: unknown): T {
  return told && typeof told === "object" ? (told as T) : refuse();
}

export function object(told: unknown): JsonObject {
  return Array.isArray(told) ? refuse() : said(told);
}

export function list<T>(reader: Simple<T>): Simple<T[]> {
  return (told) => (Array.isArray(told) ? told.map((one) => reader(one)) : refuse());
}

/** Read of a list what is as agreed: where no more is at stake, that is no reason to lose an answer. */
export function each<T>(reader: Simple<T>): Simple<T[]> {
  return (told) =>
    [told].flat().flatMap((one) => {
      try {
        return [reader(one)];
      } catch {
        return [];
      }
    });
}

export function table<T>(reader: Simple<T>): Simple<Record<string, T>> {
  return (told) => mapped(object(told), ([name, one]) => [name, reader(one)]);
}

/** Read what may be null, or left out. */
export function nullable<T>(reader: Reader<T>): Reader<T | null> {
  return (told, around) => (told == null ? null : reader(told, around));
}

/** Read an object by its fields, which have names of TypeScript. */
export function record<T>(fields: Fields<T>): Simple<T> {
  return (told) => {
    const given = object(told);
    return mapped(fields, ([name, read]) => [
      name,
      (read as Reader<unknown>)(given[snake(name)], given),
    ]) as T;
  };
}
