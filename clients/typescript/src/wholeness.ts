/** Whether an export came whole. It is looked at piece by piece, however long it is. */
import { IncompleteAnswerError } from "./errors.js";

const LONGEST_END = 64;
const END = /[,{]\s*"complete"\s*:\s*true\s*\}\s*$/;
const [QUOTE, BACKSLASH, OPENING, CLOSING] = [0x22, 0x5c, 0x7b, 0x7d];
const SQUARE = 0x20; // the one bit that curly brackets have and square ones do not

/** Follows the brackets of a JSON text, to know whether its outermost one was closed. */
export class Wholeness {
  #depth = 0;
  #inText = false;
  #escaped = false;
  #closed = false;
  #end = "";

  add(piece: Uint8Array): void {
    for (const byte of piece) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inText && byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inText = !this.#inText;
      else if (this.#inText) continue;
      else if ((byte | SQUARE) === OPENING) this.#depth += 1;
      else if ((byte | SQUARE) === CLOSING) this.#closed = --this.#depth === 0;
    }
    const tail = String.fromCharCode(...piece.subarray(-LONGEST_END));
    this.#end = (this.#end + tail).slice(-LONGEST_END);
  }

  /** Throw IncompleteAnswerError unless the export ended, and says that it is complete. */
  check(): void {
    if (this.#closed && this.#depth === 0 && END.test(this.#end)) return;
    throw new IncompleteAnswerError("The export broke off: what came of it is not the whole.");
  }
}
