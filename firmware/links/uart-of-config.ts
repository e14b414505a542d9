/*
 * What: the serial link that the configuration asks for: a radio that is always on and relays, or one that is powered
 * only when needed. For boards with room for both.
 * From where to where: entries/ -> uart.ts or uart-powered.ts. Espruino-safe.
 */
import type { Board } from '../board';
import type { Link } from '../link';
import { createUartLink } from './uart';
import { createPoweredUartLink } from './uart-powered';
import { createSession, describeSession } from './uart-session';

/** Makes the link, with a status for the console. */
export function createConfiguredUartLink(board: Board): Link {
  const pin = board.config ? board.config.radioPowerPin : undefined;
  if (pin) return createPoweredUartLink(board, pin);
  const session = createSession(board);
  const link = createUartLink(board, session);
  link.status = () => describeSession(session);
  return link;
}
