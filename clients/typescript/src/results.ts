/** What the service answers. Times are `Date`s; what people said is never renamed. */
import type { APIError } from "./errors.js";
import type { AuditEvent } from "./records.js";
import type {
  Decision,
  Json,
  KeyEnvironment,
  PurposeClass,
  Scope,
  Source,
  Value,
} from "./vocabulary.js";

/** A field of the request that the service does not know, and the one perhaps meant. */
export interface IgnoredField {
  field: string;
  nearest: string | null;
}

/** What every answer has. */
export interface Result {
  /** What the service's log and record call the request. */
  requestId: string | null;
  /** What was sent and not understood, where the service tells. */
  ignoredFields: IgnoredField[];
}

/** A memory that was stored. `expiresAt` is null if it never expires. */
export interface MemoryFields {
  id: string;
  userId: string;
  scope: Scope;
  domain: string | null;
  createdAt: Date;
  expiresAt: Date | null;
}
export type Memory = MemoryFields & Result;

/** A memory as it was stored. */
export interface StoredMemoryFields extends MemoryFields {
  source: Source;
  valueJson: Value;
  /** Whether it stands in place of what was said before. */
  replace: boolean;
  /** Since when the person says that it is not true, and no read finds it; null if they do not. */
  disputedAt: Date | null;
}
export type StoredMemory = StoredMemoryFields & Result;

/** Memories that were stored together, in the order in which they were given. */
export interface MemoryBatch extends Result {
  items: MemoryFields[];
}

/** A memory that is gone. */
export interface Deletion extends Result {
  id: string;
}

/** One value of a summary: where in it, who had the last word on it and when, and how often it was said. */
export interface DetailValue {
  path: string;
  value: Json;
  source: Source;
  saidAt: Date;
  times: number;
}

/** One value that was said and is not in the summary, and why not. */
export interface OverruledValue {
  path: string;
  value: Json;
  source: Source;
  why: string;
}

/** What stands behind a summary. */
export interface Detail {
  values: DetailValue[];
  overruled: OverruledValue[];
  /** How many statements took part, by source. */
  counts: Partial<Record<Source, number>>;
  newestAt: Date | null;
  /** The summary in plain sentences, to put before a language model. */
  promptText: string;
}

/** A summary of all memories that a read found. */
export interface MemoryReadFields {
  /** One line for a person. */
  summaryText: string;
  /** The merged statements; its keys depend on the scope, and it is empty when nothing was found. */
  summaryStruct: Record<string, Json>;
  /** 0 (nothing found) to 0.95. */
  confidence: number;
  /** Reads again, and takes the access back: whoever holds it may do both. Logs do not show it. */
  revocationToken: string;
  /** When the token ends. */
  expiresAt: Date;
  /** What stands behind the summary; null unless it was asked for. */
  detail: Detail | null;
  /** A signed statement of the read, a compact JWS; null unless it was asked for. */
  receipt: string | null;
}
export type MemoryRead = MemoryReadFields & Result;

/** One read of several: what it found, or why it was refused. */
export interface ReadItem {
  scope: Scope;
  domain: string | null;
  /** The status that a read alone would have been answered with. */
  status: number;
  answer: MemoryReadFields | null;
  /** What the read alone would have thrown, such as a PolicyDeniedError; null if nothing. */
  error: APIError | null;
}

/** What became of each of several reads, in the order in which they were asked for. */
export interface ManyReads extends Result {
  items: ReadItem[];
}

/** An access that was taken back. The counts are null where it was taken back by a token. */
export interface Revocation extends Result {
  revoked: boolean;
  revokedAt: Date;
  grantsClosed: number | null;
  memoriesHidden: number | null;
  /** A signed statement of it, a compact JWS; null where the service gives none. */
  receipt: string | null;
}

/** What is stored of a user, counted. */
export interface Holding {
  /** How many memories can be read. */
  memories: number;
  /** How many are in the database: also those that a revoke hid or that have expired. */
  stored: number;
  /** How many tokens can still read. */
  openGrants: number;
  firstCreatedAt: Date | null;
  lastCreatedAt: Date | null;
}
export interface Place extends Holding {
  scope: Scope;
  domain: string | null;
}
export interface User extends Holding, Result {
  userId: string;
  /** The scopes and domains in which there is any of it. */
  places: Place[];
}

/**
 * What an erasure took, or would take. If an answer was lost and the call was sent again, the
 * counts are what was left for the last attempt.
 */
export interface Erasure extends Result {
  userId: string;
  memoriesDeleted: number;
  grantsClosed: number;
  idempotencyRecordsDeleted: number;
  auditEventsEmptied: number;
  /** When it was erased; null if it was a dry run. */
  erasedAt: Date | null;
  dryRun: boolean;
  /** A signed statement of it, a compact JWS; null of a dry run. */
  receipt: string | null;
}

/** The link to the page on which an end user sees what is remembered about them. */
export interface Link extends Result {
  /** Whoever has it opens the page, once: hand it to that person alone. */
  url: string;
  expiresAt: Date;
}

/** What stands in an export: as the service wrote it, its times as texts, under names of TypeScript. */
type Exported<T> = {
  [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K];
};

/** A memory in an export, with the time at which a revoke hid it. */
export type ExportedMemory = Exported<StoredMemoryFields & { hiddenAt: Date | null }>;

/** A read that was allowed. No token is in it: the service knows none. */
export type ExportedGrant = Exported<{
  id: string;
  userId: string | null;
  scope: Scope;
  domain: string | null;
  purpose: string | null;
  maxAgeDays: number | null;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}>;

/** All that is held on a user. What a newer service adds is in it too. */
export interface UserExport {
  userId: string;
  subjectId: string | null;
  environment: KeyEnvironment;
  exportedAt: string;
  memories: ExportedMemory[];
  grants: ExportedGrant[];
  auditEvents: Exported<AuditEvent>[];
  complete: true;
}

/** The policy as the service enforces it. */
export interface Policy extends Result {
  /** Changes whenever the policy does. */
  version: string;
  /** The purpose classes that each scope allows. */
  matrix: Record<Scope, PurposeClass[]>;
  /** The whole answer as the service wrote it, with the words of each class and what is registered. */
  body: Record<string, Json>;
}

/** What the policy would say to a read for this purpose. Nothing was read, nothing recorded. */
export interface PolicyCheck extends Result {
  allowed: boolean;
  /** What the purpose is understood as; `unrecognized` if as nothing. */
  purposeClass: PurposeClass;
  purposeId: string | null;
  matchedTerms: string[];
  refusedTerms: string[];
  proposedClass: PurposeClass | null;
  allowedPurposeClasses: PurposeClass[];
  policyVersion: string;
  /** The service's stable word for why not, such as `PURPOSE_VETOED`; null where it is allowed. */
  reason: string | null;
  hint: string | null;
}

/** A day's requests, in UTC (`2026-11-24`); `errors` are those answered with 400 or more. */
export interface Day {
  day: string;
  requests: number;
  errors: number;
}

/** A key's limit and use. */
export interface Usage extends Result {
  /** Requests an hour. */
  limit: number;
  /** What is left of them until `resetAt`. */
  remaining: number;
  resetAt: Date;
  /** Requests a second. */
  burstLimit: number;
  /** The last 30, the newest first, about a second old. */
  days: Day[];
}

/** A page of a list, the newest first. */
export interface Page<T> extends Result {
  /** What is on it, which may be nothing although more pages follow. */
  items: T[];
  /** Leads to the next page; null if there is none. */
  nextCursor: string | null;
}

/** What the last answer said of the key's limit. */
export interface RateLimit {
  limit: number;
  remaining: number;
  reset: Date;
}

export type * from "./records.js";
export type { Decision };
