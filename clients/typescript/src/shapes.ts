/** How each answer is read: the fields of `results`, each with its reader. */
import { errorOf } from "./answers.js";
import {
  each,
  type Fields,
  flag,
  list,
  nullable,
  number,
  object,
  type Reader,
  record,
  type Simple,
  said,
  table,
  text,
  time,
} from "./reading.js";
import type * as results from "./results.js";
import { HIDDEN, INSPECT } from "./runtime.js";
import type { Json, PurposeClass, Value } from "./vocabulary.js";

/** What of an answer is its own; the rest every answer has. */
type Own<T> = Omit<T, keyof results.Result>;

const maybeText = nullable(text) as <T extends string>(told: unknown) => T | null;
const maybeTime = nullable(time);
const maybeNumber = nullable(number);
const orFalse = (told: unknown): boolean => flag(told ?? false);
const texts = each<string>(text);
const classes = list<PurposeClass>(text);
const anything = (told: unknown) => told as Json;

const memoryFields: Fields<results.MemoryFields> = {
  id: text,
  userId: text,
  scope: text,
  domain: maybeText,
  createdAt: time,
  expiresAt: maybeTime,
};
const storedFields: Fields<results.StoredMemoryFields> = {
  ...memoryFields,
  source: text,
  valueJson: said<Value>,
  replace: orFalse,
  disputedAt: maybeTime,
};

export const memory = record(memoryFields);
export const storedMemory = record(storedFields);
export const memoryBatch = record<Own<results.MemoryBatch>>({ items: list(memory) });

const detail = record<results.Detail>({
  values: list(
    record<results.DetailValue>({
      path: text,
      value: anything,
      source: text,
      saidAt: time,
      times: number,
    }),
  ),
  overruled: list(
    record<results.OverruledValue>({ path: text, value: anything, source: text, why: text }),
  ),
  counts: table(number),
  newestAt: maybeTime,
  promptText: text,
});

const plainRead = record<results.MemoryReadFields>({
  summaryText: text,
  summaryStruct: object,
  confidence: number,
  revocationToken: text,
  expiresAt: time,
  detail: nullable(detail),
  receipt: maybeText,
});

/** Read a summary. Its token is there to use and to keep as JSON, and no log shows it. */
export const memoryRead = (told: unknown): results.MemoryReadFields => {
  const read = plainRead(told);
  const shown = (_: number, options: object, inspect: (value: object, options: object) => string) =>
    inspect({ ...read, revocationToken: `rev_${HIDDEN}` }, options);
  return Object.defineProperty(read, INSPECT, { value: shown });
};

const readItem = record<results.ReadItem>({
  scope: text,
  domain: maybeText,
  status: number,
  answer: nullable(memoryRead),
  error: nullable((told, { status }) => errorOf(number(status), object(told))),
});

export const manyReads = record<Own<results.ManyReads>>({ items: list(readItem) });

export const revocation = record<Own<results.Revocation>>({
  revoked: flag,
  revokedAt: time,
  grantsClosed: maybeNumber,
  memoriesHidden: maybeNumber,
  receipt: maybeText,
});

const holding: Fields<results.Holding> = {
  memories: number,
  stored: number,
  openGrants: number,
  firstCreatedAt: maybeTime,
  lastCreatedAt: maybeTime,
};
export const user = record<Own<results.User>>({
  userId: text,
  ...holding,
  places: list(record<results.Place>({ scope: text, domain: maybeText, ...holding })),
});

export const erasure = record<Own<results.Erasure>>({
  userId: text,
  memoriesDeleted: number,
  grantsClosed: number,
  idempotencyRecordsDeleted: number,
  auditEventsEmptied: number,
  erasedAt: maybeTime,
  dryRun: orFalse,
  receipt: maybeText,
});

export const link = record<Own<results.Link>>({ url: text, expiresAt: time });

export const auditEvent = record<results.AuditEvent>({
  id: text,
  eventType: text,
  appId: maybeText,
  environment: text,
  apiKeyId: maybeText,
  subjectId: maybeText,
  userId: maybeText,
  scope: maybeText,
  domain: maybeText,
  purpose: maybeText,
  purposeClass: maybeText,
  memoryIds: texts,
  revocationGrantId: maybeText,
  reasonCode: maybeText,
  decisionId: maybeText,
  policyVersion: maybeText,
  requestId: maybeText,
  serverRequestId: maybeText,
  createdAt: time,
  meta: (told) => object(told ?? {}),
});

export const latestSeals = record<Own<results.LatestSeals>>({
  seals: list(
    record<results.LatestSeal>({
      appId: text,
      environment: text,
      number,
      events: number,
      sealedAt: time,
      token: text,
    }),
  ),
});

export const policy = record<Own<results.Policy>>({
  version: text,
  matrix: table(classes) as Reader<results.Policy["matrix"]>,
  body: (_, policy) => policy,
});

export const policyCheck = record<Own<results.PolicyCheck>>({
  allowed: flag,
  purposeClass: text,
  purposeId: maybeText,
  matchedTerms: texts,
  refusedTerms: texts,
  proposedClass: maybeText,
  allowedPurposeClasses: classes,
  policyVersion: text,
  reason: maybeText,
  hint: maybeText,
});

export const usage = record<Own<results.Usage>>({
  limit: number,
  remaining: number,
  resetAt: time,
  burstLimit: number,
  days: list(record<results.Day>({ day: text, requests: number, errors: number })),
});

export function page<T>(item: Simple<T>): Reader<Own<results.Page<T>>> {
  return record<Own<results.Page<T>>>({ items: list(item), nextCursor: maybeText });
}
