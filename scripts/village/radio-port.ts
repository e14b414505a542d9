/*
 * The TCP port of the gateway's virtual radio, as an official radio has one on 4403.
 * From: the gateway's socket. To: the radio model, but only when the village says so (at a barrier), so that the
 * moment a byte happens to arrive decides nothing. Source: one client at a time, a new one ends the old.
 */
import { createServer, type Server, type Socket } from 'node:net';

/** The client side of a virtual radio: whole bytes of the stream API. */
export interface RadioClientSide {
  /** A client connected (true) or is gone (false). */
  setConnected(connected: boolean): void;
  /** Bytes from the client. */
  receive(bytes: Uint8Array): void;
}

/** A listening port. Counts are of the present connection, from 0 at its start. */
export interface RadioPort {
  port: number;
  /** Bytes sent to the present client so far; 0 without one. */
  bytesSent(): number;
  /** Sends what the radio writes; dropped without a client, as on a real radio. */
  send(bytes: Uint8Array): void;
  /** Resolves when the present client has sent at least `count` bytes, or is gone. */
  received(count: number): Promise<void>;
  /** Hands to the radio, in order, all that came since the last call: connections, their ends, bytes. */
  deliver(): void;
  /** The radio ends the present connection. */
  hangUp(): void;
  close(): void;
}

type Arrival = { kind: 'connected' } | { kind: 'gone' } | { kind: 'bytes'; bytes: Uint8Array };

interface PortState {
  client: Socket | undefined;
  sent: number;
  got: number;
  arrivals: Arrival[];
  waiting: { count: number; done: () => void }[];
}

function wake(state: PortState): void {
  const due = state.waiting.filter((wait) => state.client === undefined || state.got >= wait.count);
  state.waiting = state.waiting.filter((wait) => !due.includes(wait));
  for (const wait of due) wait.done();
}

function takeClient(state: PortState, socket: Socket): void {
  if (state.client !== undefined) {
    state.client.destroy();
    state.arrivals.push({ kind: 'gone' });
  }
  state.client = socket;
  state.sent = 0;
  state.got = 0;
  state.arrivals.push({ kind: 'connected' });
  socket.setNoDelay(true);
  socket.on('data', (bytes) => {
    if (state.client !== socket) return;
    state.got += bytes.length;
    state.arrivals.push({ kind: 'bytes', bytes: new Uint8Array(bytes) });
    wake(state);
  });
  // An error is always followed by 'close', which says all there is to say.
  socket.on('error', () => {});
  socket.on('close', () => {
    if (state.client !== socket) return;
    state.client = undefined;
    state.sent = 0;
    state.arrivals.push({ kind: 'gone' });
    wake(state);
  });
  wake(state);
}

/** Listens on a free port of 127.0.0.1 for the gateway. */
export async function openRadioPort(radio: RadioClientSide): Promise<RadioPort> {
  const state: PortState = { client: undefined, sent: 0, got: 0, arrivals: [], waiting: [] };
  const server: Server = createServer((socket) => takeClient(state, socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return {
    port: address.port,
    bytesSent: () => state.sent,
    send: (bytes) => {
      if (state.client === undefined) return;
      state.sent += bytes.length;
      // A copy: the socket may keep the bytes longer than the radio does.
      state.client.write(Uint8Array.from(bytes));
    },
    received: (count) =>
      new Promise((done) => {
        state.waiting.push({ count, done });
        wake(state);
      }),
    deliver: () => {
      for (const arrival of state.arrivals.splice(0)) {
        if (arrival.kind === 'bytes') radio.receive(arrival.bytes);
        else radio.setConnected(arrival.kind === 'connected');
      }
    },
    hangUp: () => state.client?.destroy(),
    close: () => {
      server.close();
      state.client?.destroy();
    },
  };
}
