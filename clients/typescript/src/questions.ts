/** What else can be asked: the record, the policy, and the key's own use. */
import { fieldsOf, queryOf } from "./arguments.js";
import { get, post } from "./calls.js";
import { Pages } from "./paging.js";
import type * as results from "./results.js";
import type { CallOptions, Sender } from "./sending.js";
import * as shapes from "./shapes.js";
import type { Decision, Scope } from "./vocabulary.js";

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

export class AuditOperations {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** List the record of the key's project and environment, the newest first. */
  list(params: AuditParams = {}, options?: CallOptions): Pages<results.AuditEvent> {
    const path = (cursor: string | null) => `/audit${queryOf({ ...params, cursor })}`;
    const read = shapes.page(shapes.auditEvent);
    path(null); // what cannot be sent is told now, not when the first page is asked for
    return new Pages(async (cursor) => this.#sender.send(get(path(cursor), read), options));
  }
}

export class PolicyOperations {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** Return the policy as the service enforces it: what may be read for what. */
  async get(options?: CallOptions): Promise<results.Policy> {
    return this.#sender.send(get("/policy", shapes.policy), options);
  }

  /** Ask what a read for this purpose would be answered. It reads nothing. */
  async check(
    params: { scope: Scope; purpose: string },
    options?: CallOptions,
  ): Promise<results.PolicyCheck> {
    return this.#sender.send(post("/policy/check", shapes.policyCheck, fieldsOf(params)), options);
  }
}

export class UsageOperations {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** Return what is left of this key's limit, and how much it was used in the last 30 days. */
  async get(options?: CallOptions): Promise<results.Usage> {
    return this.#sender.send(get("/usage", shapes.usage), options);
  }
}
