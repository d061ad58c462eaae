/** From an answer to a result or an error. Nothing here waits, and nothing is taken on trust. */
import * as errors from "./errors.js";
import { camelPath } from "./naming.js";
import type { Reader } from "./reading.js";
import type { IgnoredField, RateLimit, Result } from "./results.js";

type Body = Record<string, unknown>;
const NO_CONTENT = 204;
const BY_CODE: Record<string, new (message: string, told: errors.Told) => errors.APIError> = {
  policy_denied: errors.PolicyDeniedError,
  grant_revoked: errors.GrantRevokedError,
};
const BY_STATUS: Record<number, new (message: string, told: errors.Told) => errors.APIError> = {
  400: errors.InvalidRequestError,
  401: errors.AuthenticationError,
  403: errors.PermissionDeniedError,
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
      const ignoredFields = ignored(body?.ignored_fields);
      return Object.assign(answer.read(body ?? {}), { requestId, ignoredFields });
    } catch {}
  }
  if (response.ok) {
    return new errors.APIError(
      "The answer could not be understood: is this the address of a Memory Scope?",
      {
        status: response.status,
        requestId,
      },
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
  const isDecision = status === 403 && typeof body.code === "string";
  const kind = status >= 500 ? errors.ServerError : BY_STATUS[status];
  const Kind = (isDecision && BY_CODE[body.code as string]) || kind || errors.APIError;
  const said =
    text(body.detail) ??
    (status
      ? `The service answered ${status}.`
      : "The service answered by a redirect, which is not followed.");
  const error = new Kind(said, { status: status || null, code: text(body.code), requestId });
  error.hint = text(body.hint);
  error.docUrl = text(body.doc_url);
  if (error instanceof errors.PolicyDeniedError) {
    error.scope = text(body.scope);
    error.purposeClass = text(body.purpose_class);
    error.allowedPurposeClasses = texts(body.allowed_purpose_classes);
    error.decisionId = text(body.decision_id);
    error.matchedTerms = texts(body.matched_terms);
    error.refusedTerms = texts(body.refused_terms);
    error.proposedClass = text(body.proposed_class);
    error.reason = text(body.reason);
  } else if (error instanceof errors.InvalidRequestError) {
    error.errors = entries(body.errors).flatMap((one) => fieldError(one) ?? []);
  } else if (
    error instanceof errors.RateLimitError ||
    error instanceof errors.ServerError ||
    error instanceof errors.ConflictError
  ) {
    error.retryAfter = wait;
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
function ignored(told: unknown): IgnoredField[] {
  return entries(told).flatMap((one) => {
    const field = text(one?.field);
    return field === null ? [] : [{ field: camelPath(field), nearest: nearest(one) }];
  });
}

function fieldError(told: Body | null): errors.FieldError | null {
  const [field, message] = [text(told?.field), text(told?.message)];
  if (field === null || message === null) return null;
  return { field: camelPath(field), message, nearest: nearest(told) };
}

function nearest(told: Body | null): string | null {
  const name = text(told?.nearest);
  return name && camelPath(name);
}

function text<T extends string>(value: unknown): T | null {
  return typeof value === "string" ? (value as T) : null;
}

function texts<T extends string>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter((one): one is T => typeof one === "string") : [];
}

function entries(value: unknown): (Body | null)[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "object") : [];
}
