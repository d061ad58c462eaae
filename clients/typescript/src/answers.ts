/** From an answer to a result or an error. Nothing here waits, and nothing is taken on trust. */
import * as errors from "./errors.js";
import { camelPath, snake } from "./naming.js";
import type { Reader } from "./reading.js";
import type { IgnoredField, RateLimit, Result } from "./results.js";

type Body = Record<string, unknown>;
type Kind = new (message: string, told: errors.Told) => errors.APIError;
const NO_CONTENT = 204;
/** By status, and by status and code where the code tells more. */
const KINDS: Record<string, Kind> = {
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

/** Return the result of an answer's text, or the error that the answer is. */
export function understood<T extends object>(
  answer: { read: Reader<T>; noContent?: boolean },
  response: Response,
  content: string,
): (T & Result) | errors.APIError {
  const requestId = response.headers.get("X-Request-ID");
  const body = parsed(content);
  if (response.ok && (!answer.noContent || response.status === NO_CONTENT)) {
    try {
      const told = remarks(body?.ignored_fields);
      const ignoredFields: IgnoredField[] = told.map(({ field, nearest }) => ({ field, nearest }));
      return Object.assign(answer.read(body ?? {}), { requestId, ignoredFields });
    } catch {}
  }
  if (response.ok) {
    return new errors.APIError(
      "The answer could not be understood: is this the address of a Memory Scope?",
      { status: response.status, requestId },
    );
  }
  return errorOf(response.status, body ?? {}, requestId, retryAfter(response.headers));
}

/** Return the error that an answer of this status and body is. */
export function errorOf(
  status: number,
  body: Body,
  requestId: string | null,
  wait: number | null,
): errors.APIError {
  const told = { status: status || null, code: text(body.code), requestId };
  const Kind =
    KINDS[status + (told.code ?? "")] ??
    (status >= 500 ? errors.ServerError : KINDS[status]) ??
    errors.APIError;
  const said =
    text(body.detail) ??
    (status
      ? `The service answered ${status}.`
      : "The answer is a redirect, which is not followed.");
  const error = new Kind(said, told);
  // What a kind has of its own, the service calls the same in its spelling.
  for (const [name, usual] of Object.entries(error)) {
    if (name in told || usual === false) continue;
    const given = body[snake(name)];
    const value = name === "retryAfter" ? wait : Array.isArray(usual) ? texts(given) : text(given);
    Object.assign(error, {
      [name]: name === "errors" ? remarks(given).filter(({ message }) => message !== null) : value,
    });
  }
  return error;
}

/**
 * Return the seconds that the answer tells to wait, never below 0; null if it tells none. RFC 9110
 * has whole seconds and a date; gateways also write fractions and negative numbers. A date counts
 * from the answer's own, so that no clock needs to be right.
 */
export function retryAfter(headers: Headers): number | null {
  const told = headers.get("Retry-After")?.trim() ?? "";
  if (/^-?\d+(\.\d*)?$/.test(told)) return Math.max(0, Number(told));
  const until = date(told);
  if (until === null) return null;
  return Math.max(0, (until - (date(headers.get("Date") ?? "") ?? Date.now())) / 1000);
}

/** Return what the answer says of the key's limit; null if it says nothing. */
export function rateLimitOf(headers: Headers): RateLimit | null {
  const [limit, remaining, reset] = ["Limit", "Remaining", "Reset"].map((name) => {
    const told = headers.get(`X-RateLimit-${name}`) ?? "";
    return /^\d{1,12}$/.test(told) ? Number(told) : null;
  });
  if (limit == null || remaining == null || reset == null) return null;
  return { limit, remaining, reset: new Date(reset * 1000) };
}

function date(told: string): number | null {
  // A date of HTTP begins with its weekday; `Date.parse` would read much else as one.
  const moment = /^[A-Z][a-z]{2,8},? /.test(told) ? Date.parse(told) : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}

export function parsed(content: string): Body | null {
  try {
    const body: unknown = JSON.parse(content);
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Body)
      : null;
  } catch {
    return null;
  }
}

/** Return what of it is as agreed: a remark is no reason to lose an answer. */
function remarks(
  told: unknown,
): { field: string; message: string | null; nearest: string | null }[] {
  return list(told).flatMap((one) => {
    const { field, message, nearest } = Object(one) as Body;
    const name = text(nearest);
    return typeof field === "string"
      ? [{ field: camelPath(field), message: text(message), nearest: name && camelPath(name) }]
      : [];
  });
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function texts(value: unknown): string[] {
  return list(value).filter((one): one is string => typeof one === "string");
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
