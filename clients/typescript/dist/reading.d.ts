import type { Json } from "./vocabulary.js";
export type Reader<T> = (told: unknown) => T;
/** A reader for each field, by its name in TypeScript. */
export type Fields<T> = {
    readonly [K in keyof T]-?: Reader<T[K]>;
};
export type JsonObject = Record<string, Json>;
export declare const text: (told: unknown) => string;
export declare const flag: (told: unknown) => boolean;
export declare const number: (told: unknown) => number;
export declare const integer: (told: unknown) => number;
/** Read one of the words of a type. A word that it does not have is the service's to know. */
export declare function word<T extends string>(): Reader<T>;
/** Read a time. What is finer than a millisecond is cut off: no `Date` can hold it. */
export declare function time(told: unknown): Date;
/** Read what people said: as it is, with its own names. */
export declare function said<T extends object>(told: unknown): T;
export declare function anything(told: unknown): Json;
export declare function object(told: unknown): JsonObject;
export declare function list<T>(reader: Reader<T>): Reader<T[]>;
export declare function table<T>(reader: Reader<T>): Reader<Record<string, T>>;
/** Read what may be null, or left out. */
export declare function nullable<T>(reader: Reader<T>): Reader<T | null>;
/** Read what may be null, or left out, with what stands for it then. */
export declare function or<T, D>(reader: Reader<T>, fallback: () => D): Reader<T | D>;
/** Read an object by its fields, which have names of TypeScript. */
export declare function record<T>(fields: Fields<T>): Reader<T>;
