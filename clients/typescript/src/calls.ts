/** What most operations are: a body of JSON, sent by POST. */
import { fieldsOf } from "./arguments.js";
import type { Reader } from "./reading.js";
import type { Call } from "./sending.js";

/** Make a call with a body. Throws InvalidArgumentError for what JSON cannot say. */
export function post<T>(
  path: string,
  read: Reader<T>,
  given: object,
  more: Partial<Call<T>> & { changed?: Record<string, unknown> } = {},
): Call<T> {
  const { changed, ...rest } = more;
  return {
    method: "POST",
    path,
    read,
    body: JSON.stringify({ ...fieldsOf(given), ...changed }),
    ...rest,
  };
}

/** Return the field that says which domains: absent is every one, and empty is none. */
export function domainOf(given: unknown): { domain?: string } {
  return given === null ? { domain: "" } : {};
}
