/** Whether an export came whole. It is looked at piece by piece, however long it is. */

/**
 * Return what takes the pieces of a JSON text one by one, and says after each whether that is the
 * whole: whether its outermost bracket was closed, and it says that it is complete.
 */
export function wholeness(): (piece: Uint8Array) => boolean {
  let [depth, inText, escaped] = [0, false, false];
  const isEndedWith = ending(/[,{]\s*"complete"\s*:\s*true\s*\}\s*$/);
  return (piece) => {
    const QUOTE = 0x22;
    const BACKSLASH = 0x5c;
    const OPENING = 0x7b;
    const CLOSING = 0x7d;
    const SQUARE = 0x20; // the one bit that curly brackets have and square ones do not
    for (const byte of piece) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inText = !inText;
      else if (inText) continue;
      else if ((byte | SQUARE) === OPENING) depth += 1;
      else if ((byte | SQUARE) === CLOSING) depth -= 1;
    }
    return isEndedWith(piece) && depth === 0;
  };
}

/** Return what says after each piece of lines of JSON whether the last is the one that says so. */
export const lastLine = () => ending(/\n\{\s*"end"\s*:\s*true\s*\}\s*$/);

/** Return what takes pieces one by one, and says after each whether what came ends like this. */
function ending(pattern: RegExp): (piece: Uint8Array) => boolean {
  const LONGEST_END = 64;
  let end = "";
  return (piece) => {
    end = (end + String.fromCharCode(...piece.subarray(-LONGEST_END))).slice(-LONGEST_END);
    return pattern.test(end);
  };
}
