/**
 * What can go wrong, as classes:
 *
 *     MemoryScopeError
 *       ConfigurationError         the key, the address or a setting cannot be used
 *       InvalidArgumentError       what was given to a method cannot be sent
 *       APIError
 *         InvalidRequestError      400, 422
 *         AuthenticationError      401
 *         PolicyDeniedError        403: the policy does not allow the purpose
 *         PermissionDeniedError    403: the key may not do this
 *         GrantRevokedError        403: the access was revoked, or has expired
 *         NotFoundError            404
 *         ConflictError            409
 *         RateLimitError           429
 *         ServerError              5xx
 *         APIConnectionError       no answer at all
 *           APITimeoutError        no answer in time
 *           IncompleteAnswerError  the answer broke off
 *
 * Of the first two nothing was sent. A plain `APIError` is an answer of any other status, or one
 * that could not be understood.
 */
import type { PurposeClass, Scope } from "./vocabulary.js";

/** Why there was no answer. */
export type FailureReason =
  | "name_not_found"
  | "refused"
  | "unreachable"
  | "certificate"
  | "tls"
  | "connect_timeout"
  | "read_timeout"
  | "broken_off"
  | "no_http";

/** One field of a request that was refused, and why; `nearest` is what was perhaps meant. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
  readonly nearest: string | null;
}

/** What every error of an answer tells. */
export interface Told {
  readonly status?: number | null;
  readonly code?: string | null;
  readonly requestId?: string | null;
  readonly reason?: FailureReason;
  readonly requestSent?: boolean;
}

/** Whatever this package throws on its own account. */
export class MemoryScopeError extends Error {
  /** The status of the answer; null where there was none. */
  readonly status: number | null = null;
  /** The service's stable word for what is wrong, such as `policy_denied`; null without one. */
  readonly code: string | null = null;
  /** What the service's log and record call the request; null where there was no answer. */
  readonly requestId: string | null = null;

  constructor(message: string, told?: Told) {
    super(message);
    Object.assign(this, told);
  }

  /** Return the sentence, and after it what helps to find the request in the service's log. */
  override toString(): string {
    const { status, code, requestId } = this;
    const words = [status, code, requestId && `request id ${requestId}`].filter(Boolean).join(", ");
    return super.toString() + (words && ` (${words})`);
  }
}

/** The key, the address or a setting cannot be used, or this is a browser. Nothing was sent. */
export class ConfigurationError extends MemoryScopeError {}

/** What was given to a method cannot be sent, such as NaN or a Map. Nothing was sent. */
export class InvalidArgumentError extends MemoryScopeError {}

/** A request was made and did not succeed. */
export class APIError extends MemoryScopeError {
  /** One sentence on what would help, where the service has one. */
  hint: string | null = null;
  /** Where more is told about it, where the service says. */
  docUrl: string | null = null;
}

/** The service refused the request as it stands (400, 422). */
export class InvalidRequestError extends APIError {
  /** Every field that is wrong, where the service names fields. */
  errors: readonly FieldError[] = [];
}

/** The key does not open the service (401): unknown, expired, deleted or switched off. */
export class AuthenticationError extends APIError {}

/** The purpose is not allowed for the scope, by the policy or for this key (403). */
export class PolicyDeniedError extends APIError {
  /** The scope that was asked for. */
  scope: Scope | null = null;
  /** What the purpose was understood as; `unrecognized` if nothing. */
  purposeClass: PurposeClass | null = null;
  /** What would have been allowed. */
  allowedPurposeClasses: readonly PurposeClass[] = [];
  /** What the record calls the decision. */
  decisionId: string | null = null;
  /** The words of the purpose that decided its class. */
  matchedTerms: readonly string[] = [];
  /** The words that speak against it whatever else it says. */
  refusedTerms: readonly string[] = [];
  /** The class that it could be registered under. */
  proposedClass: PurposeClass | null = null;
  /** The service's stable word for why, such as `PURPOSE_VETOED`. */
  reason: string | null = null;
}

/** The key lacks a permission, or may not use the scope (403). */
export class PermissionDeniedError extends APIError {}

/** The access that the token stood for was revoked, or has expired (403). */
export class GrantRevokedError extends APIError {}

/** There is no such thing, or not for this key (404). */
export class NotFoundError extends APIError {
  /**
   * Whether an earlier attempt of this call got no answer and may have been carried out. Of a
   * revoke it means: the token opens nothing any more, and this very call may be what closed it.
   */
  afterLostAnswer = false;
}

/**
 * The Idempotency-Key came with another request, or its first request still runs (409). With the
 * code `ceiling_reached`: as much is kept as may be, and asking again does not help.
 */
export class ConflictError extends APIError {
  /** Seconds to wait for the first request, where it still runs. */
  retryAfter: number | null = null;
}

/** Too many requests (429). */
export class RateLimitError extends APIError {
  /** Seconds to wait, where the service says so. */
  retryAfter: number | null = null;
}

/** The service failed (5xx). */
export class ServerError extends APIError {
  /** Seconds to wait, where the service says so. */
  retryAfter: number | null = null;
}

/** The service could not be reached, or the connection broke before its answer was there. */
export class APIConnectionError extends APIError {
  /** Which of the things that go wrong it was, such as `refused`. */
  declare readonly reason: FailureReason;
  /** Whether the service may have got the request, and may have carried it out. */
  declare readonly requestSent: boolean;

  constructor(message: string, reason: FailureReason = "broken_off", requestSent = true) {
    super(message, { reason, requestSent });
  }
}

/** There was no answer in time. */
export class APITimeoutError extends APIConnectionError {}

/** The answer began and broke off: what came of it is not the whole. */
export class IncompleteAnswerError extends APIConnectionError {}

// Written out, so that a name survives a bundler that shortens those of classes.
for (const [kind, { prototype }] of Object.entries({
  MemoryScope: MemoryScopeError,
  Configuration: ConfigurationError,
  InvalidArgument: InvalidArgumentError,
  API: APIError,
  InvalidRequest: InvalidRequestError,
  Authentication: AuthenticationError,
  PolicyDenied: PolicyDeniedError,
  PermissionDenied: PermissionDeniedError,
  GrantRevoked: GrantRevokedError,
  NotFound: NotFoundError,
  Conflict: ConflictError,
  RateLimit: RateLimitError,
  Server: ServerError,
  APIConnection: APIConnectionError,
  APITimeout: APITimeoutError,
  IncompleteAnswer: IncompleteAnswerError,
})) {
  prototype.name = `${kind}Error`;
}
