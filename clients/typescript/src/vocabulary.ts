/** What a statement is about. */
export type Scope =
  | "preferences"
  | "constraints"
  | "communication"
  | "accessibility"
  | "schedule"
  | "attention";

/** Who said it. */
export type Source = "explicit_user_input" | "user_setting" | "inferred" | "system";

/** What a purpose is understood as. */
export type PurposeClass =
  | "content_generation"
  | "recommendation"
  | "scheduling"
  | "task_execution"
  | "notification_delivery"
  | "ui_rendering"
  | "unrecognized";

/** The two worlds of a project, which never see each other's memories. */
export type KeyEnvironment = "test" | "live";

/** How a read was decided. */
export type Decision = "allowed" | "denied";

/** Says "every domain" where a domain can also be a text, or null for what has none. */
export const ALL_DOMAINS: unique symbol = Symbol.for("memory-scope.all-domains");

/** What a memory holds: an object or an array of what JSON can say. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };
export type Value = readonly Json[] | { readonly [key: string]: Json };
