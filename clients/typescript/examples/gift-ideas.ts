/**
 * A model that looks for gifts: it recalls and remembers, about one person and for this purpose alone.
 * It runs without an account at a provider, as its model is a script; put your own in its place.
 *
 *     MEMORY_SCOPE_API_KEY=… MEMORY_SCOPE_BASE_URL=… npx esbuild examples/gift-ideas.ts \
 *       --bundle --packages=external --format=esm --outfile=examples/gift-ideas.mjs && node examples/gift-ideas.mjs
 */
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { MemoryScope } from "memory-scope";
import { memoryTools } from "memory-scope/ai";

const tokens = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0, text: 0, reasoning: 0 };
const usage = { inputTokens: tokens, outputTokens: tokens };

function step(toolName: string, input: object) {
  const call = {
    type: "tool-call",
    toolCallId: toolName,
    toolName,
    input: JSON.stringify(input),
  } as const;
  const finishReason = { unified: "tool-calls", raw: undefined } as const;
  return { content: [call], finishReason, usage, warnings: [] };
}

const model = new MockLanguageModelV4({
  doGenerate: [
    step("remember", { scope: "preferences", value: { likes: ["pottery"] } }),
    step("recall", { scope: "preferences" }),
    {
      content: [{ type: "text", text: "How about a class in pottery?" }],
      finishReason: { unified: "stop", raw: undefined },
      usage,
      warnings: [],
    },
  ],
});

const { text, steps } = await generateText({
  model,
  prompt: "What could I give Ada? She mentioned pottery.",
  tools: memoryTools({
    client: new MemoryScope(),
    userId: "ada",
    purpose: "recommendation: gift ideas",
    scopes: ["preferences"],
    domain: "gifts",
  }),
  stopWhen: isStepCount(5),
});
for (const { toolResults } of steps) {
  for (const { toolName, output } of toolResults)
    process.stdout.write(`${toolName}: ${JSON.stringify(output)}\n`);
}
process.stdout.write(`${text}\n`);
