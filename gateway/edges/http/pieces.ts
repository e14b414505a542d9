/*
 * pieces.ts: sends a long answer piece by piece, no faster than the other side takes it.
 * Way: an iterable that makes its pieces as they are asked for -> response. Between two pieces everything else in the
 * process has its turn. Source: node:stream, backpressure.
 */
import type { ServerResponse } from 'node:http';

/** Resolves when more may be written, or when the other side is gone. */
function roomOrEnd(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Sends all pieces, or as many as the other side waits for; then the iterable is closed.
 * Rejects: with what the iterable throws; the other side sees a connection that ends too early.
 */
export async function sendPieces(
  response: ServerResponse,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  try {
    for (const piece of pieces) {
      if (response.destroyed) return;
      if (piece.length > 0 && !response.write(piece)) await roomOrEnd(response);
      // Where the other side is fast there is room at once, and nobody else would ever have a turn.
      await turn();
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}
