import { type Reader, type Simple } from "./reading.js";
import type * as results from "./results.js";
/** What of an answer is its own; the rest every answer has. */
type Own<T> = Omit<T, keyof results.Result>;
export declare const memory: Simple<results.MemoryFields>;
export declare const storedMemory: Simple<results.StoredMemoryFields>;
export declare const memoryBatch: Simple<Own<results.MemoryBatch>>;
/** Read a summary. Its token is there to use and to keep as JSON, and no log shows it. */
export declare const memoryRead: (told: unknown) => results.MemoryReadFields;
export declare const manyReads: Simple<Own<results.ManyReads>>;
export declare const revocation: Simple<Own<results.Revocation>>;
export declare const user: Simple<Own<results.User>>;
export declare const erasure: Simple<Own<results.Erasure>>;
export declare const link: Simple<Own<results.Link>>;
export declare const auditEvent: Simple<results.AuditEvent>;
export declare const latestSeals: Simple<Own<results.LatestSeals>>;
export declare const policy: Simple<Own<results.Policy>>;
export declare const policyCheck: Simple<Own<results.PolicyCheck>>;
export declare const usage: Simple<Own<results.Usage>>;
export declare function page<T>(item: Simple<T>): Reader<Own<results.Page<T>>>;
export {};
