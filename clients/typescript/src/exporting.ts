/** Exports that are handed on while they come. */
import { IncompleteAnswerError } from "./errors.js";
import { refuse } from "./reading.js";
import type { CallOptions, Send, Stream } from "./sending.js";

export const PATIENCE = 75_000; // milliseconds: the service itself may take 60 seconds

/** Yield the pieces of an export. Throws unless `isWholeWith` says of the last that it is whole. */
export async function* exported(
  send: Send,
  target: string,
  isWholeWith: (piece: Uint8Array) => boolean,
  options?: CallOptions,
  id?: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const call = { id, streams: true, patience: PATIENCE };
  const { body, deadline } = await send<Stream>(target, refuse, options, call);
  const reader = body.getReader();
  let isWhole = false;
  try {
    for (;;) {
      deadline.extend();
      const { done, value } = await deadline.bound(reader.read());
      if (done) break;
      isWhole = isWholeWith(value);
      yield value;
    }
  } catch {
    deadline.signal.throwIfAborted();
    isWhole = false;
  } finally {
    deadline.clear();
    await reader.cancel().catch(() => {});
  }
  if (!isWhole) throw incomplete();
}

export function incomplete(): IncompleteAnswerError {
  return new IncompleteAnswerError("The export broke off: what came is not the whole.");
}
