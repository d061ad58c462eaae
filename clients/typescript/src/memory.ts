/** What can be done with memories, each by one call. */
import { checkedIdempotencyKey, fieldsOf, queryOf, segmentOf } from "./arguments.js";
import { get, post } from "./calls.js";
import { InvalidArgumentError } from "./errors.js";
import { Pages } from "./paging.js";
import type * as results from "./results.js";
import type { CallOptions, CreateOptions, Sender } from "./sending.js";
import * as shapes from "./shapes.js";
import { ALL_DOMAINS, type Scope, type Source, type Value } from "./vocabulary.js";

const BATCH_PATIENCE = 30_000; // milliseconds

/** A memory to be stored. */
export interface NewMemory {
  /** The end user, in your own naming. */
  userId: string;
  scope: Scope;
  /** Who said it. */
  source: Source;
  /** What was said: one of the shapes that the documentation shows. Its own keys stay as they are. */
  valueJson: Value;
  /** A sub-category, such as `food`; null or left out: none. */
  domain?: string | null | undefined;
  /** After how many days it expires, 1 to 365; left out: never. */
  ttlDays?: number | null | undefined;
  /** Let it stand in place of what was said before under its own outermost keys. */
  replace?: boolean | undefined;
}

/** How far back a read goes, and how much it tells. */
export interface ReadOptions {
  /** Only what was stored within so many days, 1 to 3650. */
  maxAgeDays?: number | null | undefined;
  /** Tell what stands behind the summary too, and the summary as sentences for a language model. */
  detail?: boolean | undefined;
}

export interface ReadParams extends ReadOptions {
  userId: string;
  scope: Scope;
  /** Why, in plain words, such as "recommend restaurants". */
  purpose: string;
  /** Reads exactly that domain; null or left out: exactly what was stored without one. */
  domain?: string | null | undefined;
}

/** One of several reads. With ALL_DOMAINS it stands for a read of each domain that the user has there. */
export interface ReadPlace {
  scope: Scope;
  domain?: string | null | typeof ALL_DOMAINS | undefined;
}

export interface ReadManyParams extends ReadOptions {
  userId: string;
  purpose: string;
  reads: readonly ReadPlace[];
}

export interface ContinueParams extends ReadOptions {
  revocationToken: string;
}

/** Where a domain narrows: left out, or ALL_DOMAINS, it is every one; null is what has none. */
type AnyDomain = string | null | typeof ALL_DOMAINS | undefined;

/** What to take back: what a token read, or what is stored of a user. */
export type RevokeParams =
  | { revocationToken: string; userId?: never; scope?: never; domain?: never }
  | { revocationToken?: never; userId: string; scope?: Scope | undefined; domain?: AnyDomain };

export interface ListParams {
  userId: string;
  scope?: Scope | undefined;
  domain?: AnyDomain;
  /** How many to ask for at once, 1 to 100. */
  limit?: number | undefined;
}

export class MemoryOperations {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** Store a memory. It is stored once, however often the network makes this try. */
  async create(memory: NewMemory, options?: CreateOptions): Promise<results.Memory> {
    const call = post("/memory", shapes.memory, fieldsOf(without("replace", memory, "memory")), {
      idempotencyKey: checkedIdempotencyKey(options?.idempotencyKey),
    });
    return this.#sender.send(call, options);
  }

  /** Store up to 100 memories, all of them or none, and once as `create` does. */
  async createMany(
    memories: readonly NewMemory[],
    options?: CreateOptions,
  ): Promise<results.MemoryBatch> {
    if (!Array.isArray(memories)) throw new InvalidArgumentError("memories must be an array.");
    const each = memories.map((memory, at) =>
      fieldsOf(without("replace", memory, `memories[${at}]`)),
    );
    const body = { memories: each };
    const call = post("/memory/batch", shapes.memoryBatch, body, {
      idempotencyKey: checkedIdempotencyKey(options?.idempotencyKey),
      patience: BATCH_PATIENCE,
    });
    return this.#sender.send(call, options);
  }

  /**
   * Read a summary for a purpose. Nothing stored is not an error. Throws PolicyDeniedError if the
   * purpose is not allowed for the scope.
   */
  async read(params: ReadParams, options?: CallOptions): Promise<results.MemoryRead> {
    return this.#sender.send(
      post("/memory/read", shapes.memoryRead, fieldsOf(without("detail", params))),
      options,
    );
  }

  /**
   * Read several scopes and domains of a user for one purpose, each as by a read of its own. What
   * is refused stands beside what is answered: look at `answer` and `error` of each.
   */
  async readMany(params: ReadManyParams, options?: CallOptions): Promise<results.ManyReads> {
    const { reads, ...rest } = without("detail", params);
    if (!Array.isArray(reads)) throw new InvalidArgumentError("reads must be an array.");
    const body = { ...fieldsOf(rest), reads: reads.map(place) };
    const call = post("/memory/read/batch", shapes.manyReads, body, { patience: BATCH_PATIENCE });
    return this.#sender.send(call, options);
  }

  /**
   * Read again what a token was given for, brought up to date. Throws GrantRevokedError if the
   * access was taken back or has expired, and NotFoundError for no such token.
   */
  async continue(params: ContinueParams, options?: CallOptions): Promise<results.MemoryRead> {
    return this.#sender.send(
      post("/memory/read/continue", shapes.memoryRead, fieldsOf(without("detail", params))),
      options,
    );
  }

  /**
   * Take access back: what was stored is hidden at once, from every reader. Throws NotFoundError
   * if the token opens nothing (any more); with `afterLostAnswer` an earlier attempt of this call
   * got no answer, and may be what took the access back.
   */
  async revoke(params: RevokeParams, options?: CallOptions): Promise<results.Revocation> {
    const given = narrowed(params);
    const { revocationToken, userId, scope, domain } = given;
    if ((revocationToken == null) === (userId == null)) {
      throw new InvalidArgumentError("Give either revocationToken or userId.");
    }
    if (revocationToken != null && (scope != null || domain !== undefined)) {
      throw new InvalidArgumentError("scope and domain go with userId: a token has its own.");
    }
    return this.#sender.send(post("/memory/revoke", shapes.revocation, fieldsOf(given)), options);
  }

  /** List a user's memories as they were stored, the newest first: `for await`, or page by page. */
  list(params: ListParams, options?: CallOptions): Pages<results.StoredMemoryFields> {
    const query = narrowed(params);
    const read = shapes.page(shapes.storedMemory);
    const call = (cursor: string | null) => get(`/memory${queryOf({ ...query, cursor })}`, read);
    call(null); // what cannot be sent is told now, not when the first page is asked for
    return new Pages(async (cursor) => this.#sender.send(call(cursor), options));
  }

  /** Return a memory as it was stored. */
  async get(memoryId: string, options?: CallOptions): Promise<results.StoredMemory> {
    return this.#sender.send(get(pathOf(memoryId), shapes.storedMemory), options);
  }

  /** Delete a memory, for good. */
  async delete(memoryId: string, options?: CallOptions): Promise<results.Deletion> {
    const read = () => ({ id: memoryId });
    const path = pathOf(memoryId);
    return this.#sender.send({ method: "DELETE", path, read, noContent: true }, options);
  }
}

function pathOf(memoryId: string): string {
  return `/memory/${segmentOf("memoryId", memoryId)}`;
}

/** Return it without a flag that says nothing: an older service would not know it. */
function without<T extends object>(flag: string, given: T, name?: string): T {
  const { [flag]: said, ...rest } = checkedObject(given, name) as Record<string, unknown>;
  return { ...rest, ...(said !== false && { [flag]: said }) } as T;
}

/** Return it with its domain as the service has it: absent is every one, and empty is none. */
function narrowed(params: RevokeParams | ListParams): Record<string, unknown> {
  const { domain, ...rest } = checkedObject(params);
  return { ...rest, ...(domain !== ALL_DOMAINS && { domain: domain === null ? "" : domain }) };
}

/** There, `*` is every domain. */
function place(given: ReadPlace, at: number): object {
  const { domain, ...rest } = checkedObject(given, `reads[${at}]`);
  return fieldsOf({ ...rest, domain: domain === ALL_DOMAINS ? "*" : domain });
}

function checkedObject<T extends object>(given: T, name = "The argument"): T {
  if (typeof given !== "object" || given === null) fieldsOf(given, name);
  return given;
}
