import { type Reader } from "./reading.js";
import type * as results from "./results.js";
/** What of an answer is its own; the rest every answer has. */
type Own<T> = Omit<T, keyof results.Result>;
export declare const memory: Reader<results.MemoryFields>;
export declare const storedMemory: Reader<results.StoredMemoryFields>;
export declare const memoryBatch: Reader<Own<results.MemoryBatch>>;
/** Read a summary. Its token is there to use and to keep as JSON, and no log shows it. */
export declare function memoryRead(told: unknown): results.MemoryReadFields;
export declare const manyReads: Reader<Own<results.ManyReads>>;
export declare const revocation: Reader<Own<results.Revocation>>;
export declare const user: Reader<Own<results.User>>;
export declare const erasure: Reader<Own<results.Erasure>>;
export declare const auditEvent: Reader<results.AuditEvent>;
export declare const policy: (told: unknown) => Own<results.Policy>;
export declare const policyCheck: Reader<Own<results.PolicyCheck>>;
export declare const usage: Reader<Own<results.Usage>>;
export declare function page<T>(item: Reader<T>): Reader<Own<results.Page<T>>>;
export {};
