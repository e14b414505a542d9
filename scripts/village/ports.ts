/*
 * Finds the ports of broker and page before the gateway is started.
 * From: options. To: the gateway's command line. Source: our own; a default port that is taken gives way, a given one is an error.
 */
import { createServer } from 'node:net';

/** Whether a TCP port can be listened on now, on every address of this machine. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port nobody listens on now. */
export function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

/**
 * The port to use: the wanted one if free (0 = any), else any free one when it was only the default.
 * It is fixed once, so that a gateway that is restarted comes back where it was.
 * Throws: an Error that says what to do, when a port that was asked for is taken.
 */
export async function choosePort(
  option: string,
  wanted: number,
  given: boolean,
): Promise<{ port: number; note: string }> {
  if (wanted === 0) return { port: await anyFreePort(), note: '' };
  if (await isPortFree(wanted)) return { port: wanted, note: '' };
  if (given) {
    throw new Error(
      `${option} ${wanted}: this port is taken or not allowed. Give another one, or ${option} 0 for any free one.`,
    );
  }
  const port = await anyFreePort();
  return { port, note: `port ${wanted} is taken, using ${port} instead (${option} chooses one)` };
}
