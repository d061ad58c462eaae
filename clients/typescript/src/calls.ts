/** What operations are: a body of JSON, sent by POST, or a question without one. */
import type { Reader } from "./reading.js";
import type { Call } from "./sending.js";

/** Make a call whose body has these fields, which are as `fieldsOf` makes them. */
export function post<T>(
  path: string,
  read: Reader<T>,
  fields: Record<string, unknown>,
  more?: Partial<Call<T>>,
): Call<T> {
  return { method: "POST", path, read, body: JSON.stringify(fields), ...more };
}

export function get<T>(path: string, read: Reader<T>, patience = 0): Call<T> {
  return { method: "GET", path, read, patience };
}
