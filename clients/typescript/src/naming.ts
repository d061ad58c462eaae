/** Names as TypeScript has them and as the service has them. Values that people said have neither. */

/** Return a name as the service writes it: `userId` as `user_id`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Return a name as TypeScript writes it: `user_id` as `userId`. */
export function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Return the way to a field as TypeScript writes it; within `valueJson` it stays as it was said. */
export function camelPath(path: string): string {
  return path.replace(/^.*?value_json(?=[.[])|^.*/s, (ours) => camel(ours));
}

/** Return JSON of the service with the names of TypeScript; what people said keeps its own. */
export function camelDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelDeep);
  return value && typeof value === "object"
    ? mapped(value, ([name, one]) => [
        camel(name),
        /^(value_json|meta)$/.test(name) ? one : camelDeep(one),
      ])
    : value;
}

/** Return an object whose fields are made of those of another. */
export function mapped<T>(
  given: object,
  make: (field: [string, unknown]) => [string, T],
): Record<string, T> {
  return Object.fromEntries(Object.entries(given).map(make));
}
