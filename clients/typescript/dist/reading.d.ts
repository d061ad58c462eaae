import type { Json } from "./vocabulary.js";
export type JsonObject = Record<string, Json>;
/** Reads a value; `around` is the record that it stands in, or of a whole answer its status. */
export type Reader<T> = (told: unknown, around: JsonObject) => T;
/** Reads what needs nothing around it. */
export type Simple<T> = (told: unknown) => T;
/** Reads one of the words of a type. A word that it does not have is the service's to know. */
export type WordReader = <T extends string>(told: unknown) => T;
/** A reader for each field, by its name in TypeScript. */
export type Fields<T> = {
    readonly [K in keyof T]-?: Reader<T[K]>;
};
export declare function refuse(): never;
export declare const text: WordReader;
export declare const flag: Simple<boolean>;
export declare const number: Simple<number>;
/** Read a time. What is finer than a millisecond is cut off: no `Date` can hold it. */
export declare function time(told: unknown): Date;
/** Read what people said: as it is, with its own names. */
export declare function said<T extends object>(told: unknown): T;
export declare function object(told: unknown): JsonObject;
export declare function list<T>(reader: Simple<T>): Simple<T[]>;
/** Read of a list what is as agreed: where no more is at stake, that is no reason to lose an answer. */
export declare function each<T>(reader: Simple<T>): Simple<T[]>;
export declare function table<T>(reader: Simple<T>): Simple<Record<string, T>>;
/** Read what may be null, or left out. */
export declare function nullable<T>(reader: Reader<T>): Reader<T | null>;
/** Read an object by its fields, which have names of TypeScript. */
export declare function record<T>(fields: Fields<T>): Simple<T>;
