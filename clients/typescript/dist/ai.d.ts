/**
 * Tools for the AI SDK (the package `ai`): a model remembers and recalls, about one person and for
 * one purpose, which the application binds and no model can change.
 */
import { type Tool } from "ai";
import type { MemoryScope } from "./client.js";
import type { Json, Scope, Source, Value } from "./vocabulary.js";
/** What each purpose class may read, as the policy has it. */
export declare const READABLE: {
    readonly content_generation: readonly ["preferences", "communication", "accessibility"];
    readonly recommendation: readonly ["preferences", "constraints"];
    readonly scheduling: readonly ["constraints", "schedule"];
    readonly task_execution: readonly ["constraints", "schedule"];
    readonly notification_delivery: readonly ["communication", "accessibility", "attention"];
    readonly ui_rendering: readonly ["communication", "accessibility", "attention"];
};
export type ReadingClass = keyof typeof READABLE;
/** The scopes that a purpose of this class may read. */
export type ReadableScope<C extends ReadingClass> = (typeof READABLE)[C][number];
export interface MemoryToolsOptions<C extends ReadingClass> {
    client: MemoryScope;
    /** The person that the model talks with or about. */
    userId: string;
    /** Why, declared with its class: `recommendation: gift ideas`. */
    purpose: `${C}: ${string}`;
    /** What the model may recall and remember, of the scopes that the purpose may read; all if not set. */
    scopes?: readonly ReadableScope<NoInfer<C>>[];
    /** The one domain that it is about; not set: the model says one, or none. */
    domain?: string;
    /** Who is said to have said what the model remembers: `inferred` if not set. */
    source?: Source;
}
interface Asked {
    scope: Scope;
    domain?: string | null;
}
/** What a recall answers. */
export type Recalled = {
    found: boolean;
    memory: string;
    summary: Record<string, Json>;
    confidence: number;
} | Denied;
/** What was remembered, or why it was not. */
export type Remembered = {
    remembered: true;
} | {
    remembered: false;
    reason: string;
};
/** A denial: nothing went wrong, and asking again does not help. */
export interface Denied {
    denied: true;
    reason: string;
    hint: string | null;
}
/**
 * Return the tools `recall` and `remember`. A denial is a result that the model can read; what else
 * goes wrong is thrown, and the AI SDK tells the model that the tool failed.
 */
export declare function memoryTools<C extends ReadingClass>(options: MemoryToolsOptions<C>): {
    recall: Tool<Asked, Recalled>;
    remember: Tool<Asked & {
        value: Value;
    }, Remembered>;
};
export {};
