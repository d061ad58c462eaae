/** Return fields by the names of the service, without those that are null or undefined. */
export declare function fieldsOf(given: object, name?: string): Record<string, unknown>;
/** Return a query with its `?`; what is null or undefined is left out. */
export declare function queryOf(given: Record<string, unknown>): string;
/**
 * Return a part of a path that nothing takes for another one. Every `fetch` takes `.` and `..` out
 * of a path, also where they are encoded; a blank before them, which the service strips, keeps them.
 */
export declare function segmentOf(name: string, value: string): string;
/** Return what can be a header; without one, a fresh one. */
export declare function checkedIdempotencyKey(given: string | undefined): string;
export declare function checkedText(name: string, value: unknown): string;
