import type { Reader } from "./reading.js";
import type { Call } from "./sending.js";
/** Make a call with a body. Throws InvalidArgumentError for what JSON cannot say. */
export declare function post<T>(path: string, read: Reader<T>, given: object, more?: Partial<Call<T>> & {
    changed?: Record<string, unknown>;
}): Call<T>;
/** Return the field that says which domains: absent is every one, and empty is none. */
export declare function domainOf(given: unknown): {
    domain?: string;
};
