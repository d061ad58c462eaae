/** Whether an export came whole. It is looked at piece by piece, however long it is. */

/**
 * Return what takes the pieces of a JSON text one by one, and says after each whether that is the
 * whole: whether its outermost bracket was closed, and it says that it is complete.
 */
export function wholeness(): (piece: Uint8Array) => boolean {
  let [depth, inText, escaped, end] = [0, false, false, ""];
  return (piece) => {
    const QUOTE = 0x22;
    const BACKSLASH = 0x5c;
    const OPENING = 0x7b;
    const CLOSING = 0x7d;
    const SQUARE = 0x20; // the one bit that curly brackets have and square ones do not
    const LONGEST_END = 64;
    for (const byte of piece) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inText = !inText;
      else if (inText) continue;
      else if ((byte | SQUARE) === OPENING) depth += 1;
      else if ((byte | SQUARE) === CLOSING) depth -= 1;
    }
    end = (end + String.fromCharCode(...piece.subarray(-LONGEST_END))).slice(-LONGEST_END);
    return depth === 0 && /[,{]\s*"complete"\s*:\s*true\s*\}\s*$/.test(end);
  };
}
