/**
 * Tools for the AI SDK (the package `ai`): a model remembers and recalls, about one person and for
 * one purpose, which the application binds and no model can change.
 */
import { jsonSchema, type Tool, tool } from "ai";
import type { MemoryScope } from "./client.js";
import type { APIError, InvalidRequestError, PolicyDeniedError } from "./errors.js";
import type { Json, Scope, Source, Value } from "./vocabulary.js";

/** What each purpose class may read, as the policy has it. */
export const READABLE = {
  content_generation: ["preferences", "communication", "accessibility"],
  recommendation: ["preferences", "constraints"],
  scheduling: ["constraints", "schedule"],
  task_execution: ["constraints", "schedule"],
  notification_delivery: ["communication", "accessibility", "attention"],
  ui_rendering: ["communication", "accessibility", "attention"],
} as const satisfies Record<string, readonly Scope[]>;

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
export type Recalled =
  | { found: boolean; memory: string; summary: Record<string, Json>; confidence: number }
  | Denied;
/** What was remembered, or why it was not. */
export type Remembered = { remembered: true } | { remembered: false; reason: string };
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
export function memoryTools<C extends ReadingClass>(
  options: MemoryToolsOptions<C>,
): { recall: Tool<Asked, Recalled>; remember: Tool<Asked & { value: Value }, Remembered> } {
  const { client, userId, purpose, source = "inferred" } = options;
  const scopes: readonly Scope[] = options.scopes ?? READABLE[purpose.split(":")[0] as C] ?? [];
  const isOpen = ({ scope }: Asked) => scopes.includes(scope); // a model may say what no schema allows
  const place = (asked: Asked) => ({
    userId,
    scope: asked.scope,
    domain: options.domain ?? asked.domain ?? null,
  });
  return {
    recall: tool({
      description:
        "Recall what is known about the person. It may be denied: then go on without it.",
      inputSchema: jsonSchema<Asked>(schema(scopes, options.domain)),
      execute: async (asked, { abortSignal }) => {
        if (!isOpen(asked)) return { denied: true, reason: closed(asked, scopes), hint: null };
        try {
          const read = { ...place(asked), purpose, detail: true };
          const found = await client.memory.read(read, { signal: abortSignal });
          return {
            found: found.confidence > 0,
            memory: found.detail?.promptText || found.summaryText,
            summary: found.summaryStruct,
            confidence: found.confidence,
          };
        } catch (error) {
          return denial(error);
        }
      },
    }),
    remember: tool({
      description:
        "Remember a lasting statement about the person. Only what they said or clearly meant.",
      inputSchema: jsonSchema<Asked & { value: Value }>(schema(scopes, options.domain, VALUE)),
      execute: async ({ value, ...asked }, { abortSignal }) => {
        if (!isOpen(asked)) return { remembered: false, reason: closed(asked, scopes) };
        try {
          const memory = { ...place(asked), source, valueJson: value };
          await client.memory.create(memory, { signal: abortSignal });
          return { remembered: true };
        } catch (error) {
          return refusal(error);
        }
      },
    }),
  };
}

const VALUE = {
  description:
    'By scope. preferences: {"likes": ["tea"], "dislikes": []}; constraints: {"rules": ["no nuts"], "max_price": 50}; communication, accessibility, attention: settings by name, {"tone": "informal"}; schedule: [{"day": "Monday", "start": "09:00", "end": "12:00"}].',
  type: ["object", "array"],
} as const;

/** Return what the model may say: never whom it is about, or what for. */
function schema(scopes: readonly Scope[], domain: string | undefined, value?: typeof VALUE) {
  return {
    type: "object",
    properties: {
      scope: { type: "string", enum: [...scopes] },
      ...(domain === undefined && {
        domain: { type: "string", description: "A sub-category such as food; left out: none." },
      }),
      ...(value && { value: { ...value, type: [...value.type] } }),
    },
    required: value ? ["scope", "value"] : ["scope"],
    additionalProperties: false,
  } as const satisfies object as Parameters<typeof jsonSchema>[0];
}

function closed({ scope }: Asked, scopes: readonly Scope[]): string {
  return `The scope '${scope}' is not open here. Open are: ${scopes.join(", ")}.`;
}

// By their code, and not by their class: a program may hold two copies of the client.
function denial(error: unknown): Denied {
  const { code, message, hint } = error as PolicyDeniedError;
  if (code !== "policy_denied") throw error;
  return { denied: true, reason: message, hint };
}

function refusal(error: unknown): Remembered {
  const { code, message, status, errors = [] } = error as APIError & InvalidRequestError;
  if (
    status !== 400 &&
    status !== 422 &&
    code !== "permission_denied" &&
    code !== "ceiling_reached"
  )
    throw error;
  const reasons = new Set([message, ...errors.map((one) => one.message)]);
  return { remembered: false, reason: [...reasons].join(" ") };
}
