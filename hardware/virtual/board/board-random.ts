/*
 * The board's random source behind E.hwRand: Marsaglia's xorshift32 (shifts 13, 17, 5), which is
 * exact in 32-bit integer arithmetic on every interpreter.
 * From: the board's seed. To: E.hwRand. Espruino-safe.
 */

/** A source of int32 numbers, -2^31 .. 2^31-1; the same seed gives the same row. */
export function createBoardRandom(seed: number): () => number {
  let state = (seed ^ 0x5bd1e995) | 0;
  if (state === 0) state = 0x1234567;
  return () => {
    state = state ^ (state << 13);
    state = state ^ (state >>> 17);
    state = state ^ (state << 5);
    state = state | 0;
    return state;
  };
}
