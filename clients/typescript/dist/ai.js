// src/ai.ts
import { jsonSchema, tool } from "ai";
var READABLE = {
  content_generation: ["preferences", "communication", "accessibility"],
  recommendation: ["preferences", "constraints"],
  scheduling: ["constraints", "schedule"],
  task_execution: ["constraints", "schedule"],
  notification_delivery: ["communication", "accessibility", "attention"],
  ui_rendering: ["communication", "accessibility", "attention"]
};
function memoryTools(options) {
  const { client, userId, purpose, source = "inferred" } = options;
  const scopes = options.scopes ?? READABLE[purpose.split(":")[0]] ?? [];
  const isOpen = ({ scope }) => scopes.includes(scope);
  const place = (asked) => ({
    userId,
    scope: asked.scope,
    domain: options.domain ?? asked.domain ?? null
  });
  return {
    recall: tool({
      description: "Recall what is known about the person. It may be denied: then go on without it.",
      inputSchema: jsonSchema(schema(scopes, options.domain)),
      execute: async (asked, { abortSignal }) => {
        if (!isOpen(asked)) return { denied: true, reason: closed(asked, scopes), hint: null };
        try {
          const read = { ...place(asked), purpose, detail: true };
          const found = await client.memory.read(read, { signal: abortSignal });
          return {
            found: found.confidence > 0,
            memory: found.detail?.promptText || found.summaryText,
            summary: found.summaryStruct,
            confidence: found.confidence
          };
        } catch (error) {
          return denial(error);
        }
      }
    }),
    remember: tool({
      description: "Remember a lasting statement about the person. Only what they said or clearly meant.",
      inputSchema: jsonSchema(schema(scopes, options.domain, VALUE)),
      execute: async ({ value, ...asked }, { abortSignal }) => {
        if (!isOpen(asked)) return { remembered: false, reason: closed(asked, scopes) };
        try {
          const memory = { ...place(asked), source, valueJson: value };
          await client.memory.create(memory, { signal: abortSignal });
          return { remembered: true };
        } catch (error) {
          return refusal(error);
        }
      }
    })
  };
}
var VALUE = {
  description: 'By scope. preferences: {"likes": ["tea"], "dislikes": []}; constraints: {"rules": ["no nuts"], "max_price": 50}; communication, accessibility, attention: settings by name, {"tone": "informal"}; schedule: [{"day": "Monday", "start": "09:00", "end": "12:00"}].',
  type: ["object", "array"]
};
function schema(scopes, domain, value) {
  return {
    type: "object",
    properties: {
      scope: { type: "string", enum: [...scopes] },
      ...domain === void 0 && {
        domain: { type: "string", description: "A sub-category such as food; left out: none." }
      },
      ...value && { value: { ...value, type: [...value.type] } }
    },
    required: value ? ["scope", "value"] : ["scope"],
    additionalProperties: false
  };
}
function closed({ scope }, scopes) {
  return `The scope '${scope}' is not open here. Open are: ${scopes.join(", ")}.`;
}
function denial(error) {
  const { code, message, hint } = error;
  if (code !== "policy_denied") throw error;
  return { denied: true, reason: message, hint };
}
function refusal(error) {
  const { code, message, status, errors = [] } = error;
  if (status !== 400 && status !== 422 && code !== "permission_denied" && code !== "ceiling_reached")
    throw error;
  const reasons = /* @__PURE__ */ new Set([message, ...errors.map((one) => one.message)]);
  return { remembered: false, reason: [...reasons].join(" ") };
}
export {
  READABLE,
  memoryTools
};
//# sourceMappingURL=ai.js.map
