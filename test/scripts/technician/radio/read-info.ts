/*
 * read-info.ts: what a gateway would learn of a radio, by the gateway's own session.
 */
import { connect } from 'node:net';
import type { RadioInfo } from '../../../../gateway/core/radio-info';
import { createRadioSession } from '../../../../gateway/core/radio-session';

/** Handshake over TCP. */
export function readInfo(url: string): Promise<RadioInfo> {
  const { hostname, port } = new URL(url);
  const session = createRadioSession({ nonce: () => 7, packetId: () => 1 });
  const socket = connect({ host: hostname, port: Number(port) });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('connect', () => {
      for (const bytes of session.start(0).write) socket.write(bytes);
    });
    socket.on('data', (chunk) => {
      for (const event of session.feed(new Uint8Array(chunk), 0).events) {
        if (event.type !== 'ready') continue;
        socket.destroy();
        resolve(event.info);
      }
    });
  });
}
