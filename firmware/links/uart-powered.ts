/*
 * What: the way into the mesh over a Meshtastic radio that has power only while it is needed: to send, and to listen.
 * From where to where: sender.ts and the listening windows -> the radio's supply, uart-session.ts. A radio without power
 * relays for nobody: the mesh must not need it. Espruino-safe.
 */
import type { Board } from '../board';
import type { Link, Outcome } from '../link';
import { RADIO_ASK_MS, RADIO_LINGER_MS, RADIO_LOOK_MS, RADIO_READY_MS_MAX } from '../node-limits';
import {
  connect,
  createSession,
  expire,
  openSession,
  type Session,
  sendPacket,
} from './uart-session';

interface Powered {
  board: Board;
  session: Session;
  pin: string;
  isOn: boolean;
  /** Uptime at which the power came, ms. */
  onMs: number;
  /** Power stays on until this uptime, ms. */
  untilMs: number;
  /** What goes out as soon as the radio is ready. */
  waiting: { packet: Uint8Array; done: (outcome: Outcome) => void } | null;
  /** Times the radio was not ready in time, since boot. */
  notReady: number;
}

function setPower(powered: Powered, level: number): void {
  const board = powered.board;
  powered.isOn = level === 1;
  if (board.writePin) board.writePin(powered.pin, level);
  if (powered.isOn) return;
  powered.session.isReady = false;
  if (board.uart.close) board.uart.close();
}

/** Hands over what waits, or gives it back when the radio does not come up. */
function handOver(powered: Powered): void {
  const nowMs = powered.board.uptimeMs();
  const waiting = powered.waiting;
  if (!waiting) return;
  const settle = (outcome: Outcome): void => {
    powered.untilMs = Math.max(powered.untilMs, powered.board.uptimeMs() + RADIO_LINGER_MS);
    waiting.done(outcome);
  };
  if (sendPacket(powered.session, waiting.packet, settle)) powered.waiting = null;
  else if (nowMs - powered.onMs > RADIO_READY_MS_MAX) {
    powered.waiting = null;
    powered.notReady++;
    waiting.done('refused');
  }
}

function look(powered: Powered): void {
  const nowMs = powered.board.uptimeMs();
  const session = powered.session;
  expire(session);
  handOver(powered);
  if (!powered.waiting && !session.flight && nowMs >= powered.untilMs) {
    setPower(powered, 0);
    return;
  }
  if (!session.isReady && nowMs - session.askedMs >= RADIO_ASK_MS) connect(session);
  powered.board.after(RADIO_LOOK_MS, () => look(powered));
}

function wake(powered: Powered): void {
  if (powered.isOn) return;
  setPower(powered, 1);
  powered.onMs = powered.board.uptimeMs();
  openSession(powered.session);
  powered.board.after(RADIO_LOOK_MS, () => look(powered));
}

/** Makes the link; the radio has no power before it is needed. `pin` switches its supply: 1 = on. */
export function createPoweredUartLink(board: Board, pin: string): Link {
  const powered: Powered = {
    board: board,
    session: createSession(board),
    pin: pin,
    isOn: false,
    onMs: 0,
    untilMs: 0,
    waiting: null,
    notReady: 0,
  };
  return {
    start: (onBroadcast) => {
      powered.session.onBroadcast = onBroadcast;
      setPower(powered, 0);
    },
    send: (packet, done) => {
      if (powered.waiting || powered.session.flight) return false;
      powered.waiting = { packet: packet, done: done };
      wake(powered);
      return true;
    },
    listenUntil: (uptimeS) => {
      powered.untilMs = uptimeS * 1000;
      if (powered.untilMs > board.uptimeMs()) wake(powered);
    },
    status: () => ({
      isOn: powered.isOn,
      isReady: powered.session.isReady,
      notReady: powered.notReady,
    }),
    setGateway: (nodeNum) => {
      powered.session.gatewayNode = nodeNum;
    },
  };
}
