/**
 * The TypeScript client of Memory Scope, the memory that asks why.
 *
 *     import { MemoryScope } from "memory-scope";
 *
 *     const client = new MemoryScope(); // MEMORY_SCOPE_API_KEY and MEMORY_SCOPE_BASE_URL
 *     const found = await client.memory.read({
 *       userId: "user_7", scope: "preferences", domain: "food", purpose: "recommend restaurants",
 *     });
 *     console.log(found.summaryStruct);
 */
export { type ClientOptions, MemoryScope, MemoryScope as default } from "./client.js";
export * from "./errors.js";
export type { KeySource } from "./keys.js";
export type {
  ContinueParams,
  ListParams,
  NewMemory,
  ReadManyParams,
  ReadOptions,
  ReadParams,
  ReadPlace,
  RevokeParams,
} from "./memory.js";
export { Pages } from "./paging.js";
export type { AuditParams } from "./questions.js";
export type * from "./results.js";
export type { CallOptions, CreateOptions } from "./sending.js";
export { VERSION } from "./version.js";
export {
  ALL_DOMAINS,
  type Decision,
  type Json,
  type KeyEnvironment,
  type PurposeClass,
  type Scope,
  type Source,
  type Value,
} from "./vocabulary.js";
