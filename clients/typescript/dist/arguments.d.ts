/** Returns what is sent for a domain; null and undefined: nothing. */
export type DomainWriter = (domain: unknown) => unknown;
/** Where a domain narrows: absent is every one, and empty is what has none. */
export declare const narrowing: DomainWriter;
/** Where several are read, `*` is every one. */
export declare const starred: DomainWriter;
export declare function invalid(sentence: string): never;
/**
 * Return what is given as it is sent: fields by the names of the service, without those that say
 * nothing, which are null, undefined, and flags that are false, which older services do not know.
 * Throws, and says where, for what JSON would leave out or make another thing. What people said
 * keeps its names and nulls: there, `domainOf` is null.
 */
export declare function written(given: unknown, domainOf?: DomainWriter | null, name?: string, above?: readonly unknown[]): unknown;
/** Return the fields of a query. */
export declare function parametersOf(given: object): Record<string, string>;
/**
 * Return an id as the part of a path that nothing takes for another one. Every `fetch` takes `.` and
 * `..` out of a path, also where they are encoded; a blank before them, which the service strips,
 * keeps them.
 */
export declare function segmentOf(id: unknown): string;
export declare function checkedArray<T>(name: string, value: readonly T[]): readonly T[];
