/*
 * What: the way into the mesh over the serial port of a Meshtastic radio whose Serial module is in PROTO mode, and which
 * is always on.
 * From where to where: sender.ts -> uart-session.ts -> radio, and back. Espruino-safe.
 */
import { encodeNodeHeartbeat } from '../../shared/meshtastic/node-to-radio';
import { encodeFrame } from '../../shared/meshtastic/stream';
import type { Board } from '../board';
import type { Link } from '../link';
import { ANSWER_MS, HANDSHAKE_MS, HEARTBEAT_MS, LINK_PERIOD_MS } from '../node-limits';
import { connect, expire, openSession, type Session, sendPacket } from './uart-session';

/** Asks again after a silence; each failure doubles the wait, up to eight times. */
function lookAfter(session: Session): void {
  const nowMs = session.board.uptimeMs();
  expire(session);
  if (!session.isReady) {
    if (nowMs - session.askedMs < HANDSHAKE_MS << session.failures) return;
    session.failures = Math.min(3, session.failures + 1);
    connect(session);
    return;
  }
  const sinceHeartbeatMs = nowMs - session.heartbeatMs;
  if (sinceHeartbeatMs >= ANSWER_MS && session.heardMs < session.heartbeatMs) {
    connect(session);
  } else if (sinceHeartbeatMs >= HEARTBEAT_MS) {
    session.heartbeatMs = nowMs;
    session.board.uart.write(encodeFrame(encodeNodeHeartbeat()));
  }
}

/** Makes the link; nothing is written before `start`. */
export function createUartLink(board: Board, session: Session): Link {
  return {
    start: (onBroadcast) => {
      session.onBroadcast = onBroadcast;
      openSession(session);
      board.every(LINK_PERIOD_MS, () => lookAfter(session));
    },
    send: (packet, done) => sendPacket(session, packet, done),
    setGateway: (nodeNum) => {
      session.gatewayNode = nodeNum;
    },
  };
}
