/** Names as TypeScript has them and as the service has them. Values that people said have neither. */

/** Return a name as the service writes it: `userId` as `user_id`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Return a name as TypeScript writes it: `user_id` as `userId`. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Return the way to a field as TypeScript writes it; within `valueJson` it stays as it was said. */
export function camelPath(path: string): string {
  const [ours = "", ...said] = path.split(/(?<=value_json)(?=[.[])/);
  return camel(ours) + said.join("");
}

const SAID = new Set(["value_json", "meta"]);

/** Return JSON of the service with the names of TypeScript; what people said keeps its own. */
export function camelDeep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      camel(name),
      SAID.has(name) ? one : camelDeep(one),
    ]),
  );
}
