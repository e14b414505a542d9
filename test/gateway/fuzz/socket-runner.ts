/*
 * socket-runner.ts: many short connections to one port, some at a time, and what came back on each.
 */
import { connect } from 'node:net';

/** Connections at one time. */
const AT_ONCE = 16;
/** Most that is kept of one answer, bytes. */
const ANSWER_BYTES_MAX = 200_000;

/** Writes the bytes in one or two pieces, ends, and waits for the other side's end. @returns what it answered */
export function exchange(port: number, bytes: Uint8Array, cutAt: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk) => {
      if (length < ANSWER_BYTES_MAX) parts.push(chunk);
      length += chunk.length;
    });
    // A connection that is reset is an answer, too.
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(parts)));
    socket.on('connect', () => {
      socket.write(bytes.subarray(0, cutAt));
      setImmediate(() => {
        if (!socket.destroyed) socket.end(bytes.subarray(cutAt));
      });
    });
  });
}

/** Runs so many exchanges, some at a time. `make` gives the bytes of each, `take` gets its answer. */
export async function exchangeAll(
  count: number,
  port: number,
  make: () => Uint8Array,
  take: (answer: Buffer) => void,
): Promise<void> {
  let begun = 0;
  const one = async () => {
    while (begun < count) {
      begun += 1;
      const bytes = make();
      take(await exchange(port, bytes, begun % (bytes.length + 1)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** Opens connections that say these bytes and then nothing. @returns how to end them */
export async function lingering(
  port: number,
  count: number,
  bytes: string,
): Promise<{ open(): number; end(): void }> {
  let open = 0;
  const sockets = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect({ port, host: '127.0.0.1' });
          open += 1;
          socket.on('error', () => {});
          socket.on('data', () => {});
          socket.on('connect', () => {
            if (bytes !== '') socket.write(bytes);
            resolve(socket);
          });
          socket.on('close', () => {
            open -= 1;
            resolve(socket);
          });
        }),
    ),
  );
  return {
    open: () => open,
    end: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
