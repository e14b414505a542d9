/*
 * link.ts: a connection to a radio at a serial port or over TCP: its settings, and administration through it.
 * Way: acts -> the gateway's pure session (gateway/core/radio-session.ts) -> transport; what the radio tells is read a
 * second time with the official definitions, because the session keeps only what a gateway needs.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, SentPacket } from '../../../gateway/core/radio-sent';
import {
  createRadioSession,
  type RadioSession,
  type SessionEvent,
  type SessionStep,
} from '../../../gateway/core/radio-session';
import { serialTransport } from '../../../gateway/edges/radio-serial';
import { tcpTransport } from '../../../gateway/edges/radio-tcp';
import type { Connection, OpenTransport } from '../../../gateway/edges/transport';
import type { MeshPacketToSend } from '../../../shared/meshtastic/mesh-packet';
import { ADMIN_APP } from '../../../shared/meshtastic/port-num';
import { createFramer, type Framer } from '../../../shared/meshtastic/stream';
import { NONCE_CONFIG_ONLY } from '../../../shared/meshtastic/to-radio';
import { RADIO_ANSWER_MS, RADIO_SENT_MS } from '../limits';
import { Trouble } from '../trouble';
import { type AdminMessage, readAdmin, readFromRadio } from './official';
import { noSettings, type RadioSettings, takeTold } from './settings';

const TCP_PORT = 4403;
const BY_ID = '/dev/serial/by-id';

/** Numbers a link makes up; tests give recorded ones. */
export interface LinkNumbers {
  /** Nonce of the next request for the settings. */
  nonce(): number;
  /** Id of the next packet, not 0. */
  packetId(): number;
}

const RANDOM_NUMBERS: LinkNumbers = {
  nonce: () => NONCE_CONFIG_ONLY,
  packetId: () => randomBytes(4).readUInt32LE() || 1,
};

/** Numbers of a link that asks for the radio's list of nodes too. */
export const ALL_NUMBERS: LinkNumbers = {
  nonce: () => randomBytes(4).readUInt32LE() || 1,
  packetId: RANDOM_NUMBERS.packetId,
};

/** How an open link ended: the connection is gone, or the radio said that it restarted. */
export type LinkEnd = 'closed' | 'rebooted';

/** What a question came to: the AdminMessage that answers it, or the name of the error that does. */
export type Asked = AdminMessage | { refusal: string };

/** An open link. Everything throws Trouble radio-silent, unplugged when the connection is lost meanwhile. */
export interface RadioLink {
  /** What the radio told in its handshake. The object is this link's own and grows with answers. */
  settings: RadioSettings;
  /** Gives the radio a packet; resolves when `isEnough` likes what became of it, or nothing more will come of it. */
  send(
    packet: MeshPacketToSend,
    isEnough: (sent: SentPacket, outcome: Outcome) => boolean,
  ): Promise<Outcome>;
  /** Gives the radio a packet and resolves with what answers it; null = nothing within `ms`. */
  ask(packet: MeshPacketToSend, ms?: number): Promise<Asked | null>;
  /** Resolves at the end of the link, or with null after `ms`. */
  ended(ms: number): Promise<LinkEnd | null>;
  close(): void;
}

/** The name below /dev/serial/by-id of a port, which stays when the radio restarts; the port itself without one. */
export function steadyPort(port: string, folder = BY_ID): string {
  if (port.startsWith('tcp://')) return port;
  try {
    const real = realpathSync(port);
    const paths = readdirSync(folder).map((name) => join(folder, name));
    return paths.find((path) => realpathSync(path) === real) ?? port;
  } catch {
    return port;
  }
}

function transportOf(port: string): OpenTransport {
  if (!port.startsWith('tcp://')) return serialTransport(port.replace(/^serial:/, ''));
  const { hostname, port: number } = new URL(port);
  return tcpTransport(hostname, Number(number) || TCP_PORT);
}

/** The trouble behind the words of a transport that did not open. */
function openTrouble(port: string, why: string): Trouble {
  if (/^no permission/.test(why)) return new Trouble('port-denied', { port });
  if (/is used by another program/.test(why)) return new Trouble('port-locked', { port });
  if (/^there is no port/.test(why)) return new Trouble('no-port', { port });
  return new Trouble('radio-silent', { port, why });
}

interface Waiting {
  /** An event or a message came. */
  notice(event: SessionEvent): void;
  fail(trouble: Trouble): void;
}

interface Link {
  port: string;
  settings: RadioSettings;
  session: RadioSession;
  framer: Framer;
  connection: Connection | undefined;
  waiting: Set<Waiting>;
  timer: NodeJS.Timeout | undefined;
  end: LinkEnd | null;
  endWaiting: Set<(end: LinkEnd) => void>;
}

function now(): number {
  return Math.round(performance.now());
}

/** A radio may answer twice, when it was asked again: the settings change only once an answer is whole. */
function learnFramer(link: Link): Framer {
  let answer: RadioSettings | null = null;
  return createFramer((body) => {
    const told = readFromRadio(body);
    if (told === null) return false;
    if (told.case === 'myInfo') answer = noSettings();
    takeTold(answer ?? link.settings, told);
    if (told.case === 'configCompleteId' && answer !== null) {
      Object.assign(link.settings, answer);
      answer = null;
    }
    return true;
  });
}

function finish(link: Link, end: LinkEnd, trouble: Trouble): void {
  if (link.end === null) {
    link.end = end;
    for (const tell of link.endWaiting) tell(end);
  }
  for (const wait of [...link.waiting]) wait.fail(trouble);
}

function perform(link: Link, step: SessionStep): void {
  for (const bytes of step.write) link.connection?.write(bytes);
  for (const event of step.events) {
    for (const wait of [...link.waiting]) wait.notice(event);
    if (event.type === 'rebooted') {
      finish(link, 'rebooted', new Trouble('unplugged', { port: link.port, during: 'radio' }));
    }
    if (event.type === 'lost') {
      finish(link, 'closed', new Trouble('radio-silent', { port: link.port }));
    }
  }
  clearTimeout(link.timer);
  const dueMs = link.session.nextDueMs();
  if (link.end !== null || !Number.isFinite(dueMs)) return;
  const tick = () => perform(link, link.session.tick(now()));
  link.timer = setTimeout(tick, Math.max(1, dueMs - now()));
}

/** Waits for what `notice` finds in the events; with `ms` null after so long. */
function until<T>(
  link: Link,
  start: () => void,
  notice: (event: SessionEvent, done: (value: T) => void) => void,
  ms?: number,
): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer);
      link.waiting.delete(wait);
    };
    const done = (value: T | null) => {
      leave();
      resolve(value);
    };
    const wait: Waiting = {
      notice: (event) => notice(event, done),
      fail: (trouble) => {
        leave();
        reject(trouble);
      },
    };
    const timer = ms === undefined ? undefined : setTimeout(() => done(null), ms);
    link.waiting.add(wait);
    start();
  });
}

async function connect(link: Link, transport: OpenTransport): Promise<void> {
  const { port } = link;
  let isOpen = false;
  await until<true>(
    link,
    () => {
      link.connection = transport({
        opened: () => {
          isOpen = true;
          perform(link, link.session.start(now()));
        },
        received: (chunk) => {
          link.framer.push(chunk);
          perform(link, link.session.feed(chunk, now()));
        },
        closed: (why) => {
          clearTimeout(link.timer);
          link.session.closed(now());
          const lost = new Trouble('unplugged', { port, during: 'radio' });
          finish(link, 'closed', isOpen ? lost : openTrouble(port, why));
        },
      });
    },
    (event, done) => {
      if (event.type === 'ready') done(true);
    },
  );
}

async function send(
  link: Link,
  packet: MeshPacketToSend,
  isEnough: (sent: SentPacket, outcome: Outcome) => boolean,
  id: number,
): Promise<Outcome> {
  const outcome = await until<Outcome>(
    link,
    () => perform(link, link.session.send({ ...packet, id }, now())),
    (event, done) => {
      if (event.type !== 'sent' || event.sent.id !== id) return;
      if (event.final || isEnough(event.sent, event.outcome)) done(event.outcome);
    },
    RADIO_SENT_MS,
  );
  return outcome ?? 'no_answer';
}

function ask(link: Link, packet: MeshPacketToSend, ms: number, id: number): Promise<Asked | null> {
  return until<Asked | null>(
    link,
    () => perform(link, link.session.send({ ...packet, id }, now())),
    (event, done) => {
      if (event.type === 'sent' && event.sent.id === id) {
        const refusal = /(?<=nak_).*|^refused.*/.exec(event.outcome);
        if (refusal) done({ refusal: refusal[0] });
      }
      if (event.type !== 'own-packet' && event.type !== 'packet') return;
      const { decoded, from } = event.packet;
      if (decoded?.portnum !== ADMIN_APP || decoded.requestId !== id || from !== packet.to) return;
      done(readAdmin(decoded.payload));
    },
    ms,
  );
}

function ended(link: Link, ms: number): Promise<LinkEnd | null> {
  if (link.end !== null) return Promise.resolve(link.end);
  return new Promise((resolve) => {
    const tell = (end: LinkEnd | null) => {
      clearTimeout(timer);
      link.endWaiting.delete(tell);
      resolve(end);
    };
    const timer = setTimeout(() => tell(null), ms);
    link.endWaiting.add(tell);
  });
}

/**
 * Connects to a radio and reads all it tells. `port`: /dev/…, COM3 or tcp://host[:port].
 * Throws Trouble: no-port, port-denied, port-locked, radio-silent, unplugged.
 */
export async function openRadioLink(
  port: string,
  numbers: LinkNumbers = RANDOM_NUMBERS,
  transport = transportOf(port),
): Promise<RadioLink> {
  const session = createRadioSession(numbers);
  const link = {
    port,
    settings: noSettings(),
    session,
    waiting: new Set<Waiting>(),
    end: null,
    endWaiting: new Set(),
  } as unknown as Link;
  link.framer = learnFramer(link);
  const close = () => {
    clearTimeout(link.timer);
    link.connection?.close();
  };
  try {
    await connect(link, transport);
  } catch (error) {
    close();
    throw error;
  }
  return {
    settings: link.settings,
    send: (packet, isEnough) => send(link, packet, isEnough, numbers.packetId()),
    ask: (packet, ms = RADIO_ANSWER_MS) => ask(link, packet, ms, numbers.packetId()),
    ended: (ms) => ended(link, ms),
    close,
  };
}
