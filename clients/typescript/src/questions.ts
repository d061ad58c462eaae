/** What else can be asked: the record, the policy, and the key's own use. */
import { exported } from "./exporting.js";
import { type Pages, pagesOf } from "./paging.js";
import type * as results from "./results.js";
import type { CallOptions, Send } from "./sending.js";
import * as shapes from "./shapes.js";
import type { Decision, Scope } from "./vocabulary.js";
import { lastLine } from "./wholeness.js";

/** Which events of the record are asked for; left out: all. */
export interface AuditParams {
  /** Events about this end user. */
  userId?: string | undefined;
  scope?: Scope | undefined;
  /** Such as `MEMORY_READ`. */
  eventType?: string | undefined;
  /** By this key, or about it. */
  apiKeyId?: string | undefined;
  /** The refusals alone, or all others. */
  decision?: Decision | undefined;
  /** From this time on; as a text it says its time zone, and may be finer than a `Date`. */
  since?: Date | string | undefined;
  /** Before this time. */
  until?: Date | string | undefined;
  /** How many to ask for at once, 1 to 100. */
  limit?: number | undefined;
}

export interface AuditOperations {
  /** List the record of the key's project and environment, the newest first. */
  list(params?: AuditParams, options?: CallOptions): Pages<results.AuditEvent>;

  /**
   * Return the latest seals of the record: of the key's environment, and of both. Keep their tokens
   * elsewhere: a record that was rewritten does not lead to them.
   */
  seals(options?: CallOptions): Promise<results.LatestSeals>;

  /**
   * Yield the record with its seals as lines of JSON, in pieces of bytes as they come, for
   * `memory-scope verify`; a piece may end within a line. It is the whole only if the loop ends
   * without an error: what broke off throws IncompleteAnswerError.
   */
  exportStream(options?: CallOptions): AsyncGenerator<Uint8Array, void, undefined>;
}

export interface PolicyOperations {
  /** Return the policy as the service enforces it: what may be read for what. */
  get(options?: CallOptions): Promise<results.Policy>;

  /** Ask what a read for this purpose would be answered. It reads nothing. */
  check(
    params: { scope: Scope; purpose: string },
    options?: CallOptions,
  ): Promise<results.PolicyCheck>;
}

export interface UsageOperations {
  /** Return what is left of this key's limit, and how much it was used in the last 30 days. */
  get(options?: CallOptions): Promise<results.Usage>;
}

export const auditOperations = (send: Send): AuditOperations => ({
  list: (params = {}, options) => pagesOf(send, "/audit", params, shapes.auditEvent, options),
  seals: (options) => send("GET /audit/seal", shapes.latestSeals, options),
  exportStream: (options) => exported(send, "GET /audit/export", lastLine(), options),
});

export const policyOperations = (send: Send): PolicyOperations => ({
  get: (options) => send("GET /policy", shapes.policy, options),
  check: (params, options) =>
    send("POST /policy/check", shapes.policyCheck, options, { body: params }),
});

export const usageOperations = (send: Send): UsageOperations => ({
  get: (options) => send("GET /usage", shapes.usage, options),
});
