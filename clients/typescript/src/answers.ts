/** From an answer to a result or an error. Nothing here waits, and nothing is taken on trust. */
import * as errors from "./errors.js";
import { camelPath, snake } from "./naming.js";
import { each, type JsonObject, object, type Reader, record, text } from "./reading.js";
import type { IgnoredField, RateLimit, Result } from "./results.js";

/** By status, and by status and code where the code tells more. */
const KINDS: Record<string, new (message: string, told: errors.Told) => errors.APIError> = {
  400: errors.InvalidRequestError,
  401: errors.AuthenticationError,
  403: errors.PermissionDeniedError,
  "403policy_denied": errors.PolicyDeniedError,
  "403grant_revoked": errors.GrantRevokedError,
  404: errors.NotFoundError,
  409: errors.ConflictError,
  422: errors.InvalidRequestError,
  429: errors.RateLimitError,
};

/** What is asked of whoever gets an answer that no Memory Scope gives. */
export const ELSEWHERE = ": is this the address of a Memory Scope?";

/** Return the result of an answer's text, or the error that the answer is. */
export function understood<T extends object>(
  read: Reader<T>,
  { ok, status, headers }: Response,
  content: string,
): (T & Result) | errors.APIError {
  const body = parsed(content) ?? {};
  if (!ok) return errorOf(status, body, headers);
  try {
    const ignoredFields = ignored(body.ignored_fields);
    const requestId = headers.get("X-Request-ID");
    return Object.assign(read(body, { status }), { requestId, ignoredFields });
  } catch {
    return errorOf(status, { detail: `The answer could not be understood${ELSEWHERE}` }, headers);
  }
}

/** Return the error of this status, 0 for none, and body; headers has what was an answer by itself. */
export function errorOf(
  status: number,
  body: JsonObject,
  headers = new Headers(),
): errors.APIError {
  const told = {
    status: status || null,
    code: word(body.code),
    requestId: headers.get("X-Request-ID") ?? word(body.request_id),
  };
  const Kind =
    KINDS[`${status}${told.code}`] ??
    (status < 500 ? (KINDS[status] ?? errors.APIError) : errors.ServerError);
  const unsaid = `The service answered ${status || "with a redirect"}.`;
  const error = new Kind(word(body.detail) ?? unsaid, told);
  // What a kind has of its own, the service calls the same in its spelling.
  for (const [name, usual] of Object.entries(error)) {
    if (name in told || usual === false) continue;
    const given = body[snake(name)];
    const value =
      name === "retryAfter"
        ? retryAfter(headers)
        : Array.isArray(usual)
          ? (name === "errors" ? refused : texts)(given)
          : word(given);
    Object.assign(error, { [name]: value });
  }
  return error;
}

/**
 * Return the seconds that the answer tells to wait, never below 0; null if it tells none. RFC 9110
 * has whole seconds and a date; gateways also write fractions and negative numbers. A date counts
 * from the answer's own, so that no clock needs to be right.
 */
function retryAfter(headers: Headers): number | null {
  const told = headers.get("Retry-After") ?? "";
  const seconds = /^-?\d+(\.\d*)?$/.test(told)
    ? Number(told)
    : (date(told) - (date(headers.get("Date")) || Date.now())) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** Return what the answer says of the key's limit; null if it says nothing. */
export function rateLimitOf(headers: Headers): RateLimit | null {
  const [limit, remaining, reset] = ["Limit", "Remaining", "Reset"].map((name) =>
    Number(headers.get(`X-RateLimit-${name}`) ?? Number.NaN),
  ) as [number, number, number];
  return limit + remaining + reset >= 0
    ? { limit, remaining, reset: new Date(reset * 1000) }
    : null;
}

/** Return a date of HTTP, in milliseconds. It begins with its weekday; else much could be a date. */
function date(told: string | null): number {
  return Date.parse(told && /^[A-Z][a-z]+,? /.test(told) ? told : "");
}

export function parsed(content: string): JsonObject | null {
  try {
    return object(JSON.parse(content));
  } catch {
    return null;
  }
}

function word(told: unknown): string | null {
  return typeof told === "string" ? told : null;
}

const field = (told: unknown) => camelPath(text(told));
const nearest = (told: unknown) => (typeof told === "string" ? camelPath(told) : null);
const texts = each<string>(text);
const ignored = each(record<IgnoredField>({ field, nearest }));
const refused = each(record<errors.FieldError>({ field, nearest, message: text }));
