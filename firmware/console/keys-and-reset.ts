/*
 * What: the commands that change the node: key, factory-reset, restart.
 * From where to where: a technician -> flash. Each does its work once and refuses what cannot be taken back by mistake.
 * Espruino-safe.
 */
import { toHex } from '../../shared/bytes';
import { isTooLowToWrite } from '../keep/voltage';
import { RESET_CODE_MS } from '../node-limits';
import type { Answer, Command, Technician } from './technician';

/** Makes the node's key, once. Tells the public half only. */
export function key(technician: Technician): Answer {
  if (isTooLowToWrite(technician.board)) return 'battery low';
  const made = technician.doors.makeKey();
  return typeof made === 'string' ? made : { publicKey: toHex(made) };
}

export function restart(technician: Technician): Answer {
  technician.board.after(100, () => technician.doors.restart());
  return { restarts: true };
}

/** Without a code tells one; with that code, within a minute, erases key, configuration and journal and restarts. */
export function createFactoryReset(): Command {
  let code = '';
  let untilMs = 0;
  return (technician: Technician, argument: unknown): Answer => {
    const nowMs = technician.board.uptimeMs();
    if (argument === undefined) {
      code = String(100000 + (technician.board.random32() % 900000));
      untilMs = nowMs + RESET_CODE_MS;
      return { code: code, erases: 'key, configuration, journal: every record not yet sent' };
    }
    if (code === '' || String(argument) !== code || nowMs > untilMs) return 'wrong code';
    if (isTooLowToWrite(technician.board)) return 'battery low';
    code = '';
    technician.doors.eraseAll();
    technician.board.after(100, () => technician.doors.restart());
    return { isErased: true };
  };
}
