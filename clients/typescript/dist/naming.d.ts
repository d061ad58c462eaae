/** Names as TypeScript has them and as the service has them. Values that people said have neither. */
/** Return a name as the service writes it: `userId` as `user_id`. */
export declare function snake(name: string): string;
/** Return a name as TypeScript writes it: `user_id` as `userId`. */
export declare function camel(name: string): string;
/** Return the way to a field as TypeScript writes it; within `valueJson` it stays as it was said. */
export declare function camelPath(path: string): string;
/** Return JSON of the service with the names of TypeScript; what people said keeps its own. */
export declare function camelDeep(value: unknown): unknown;
/** Return an object whose fields are made of those of another. */
export declare function mapped<T>(given: object, make: (field: [string, unknown]) => [string, T]): Record<string, T>;
