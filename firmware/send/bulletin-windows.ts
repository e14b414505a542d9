/*
 * What: makes a link that sleeps listen when bulletins come: a part for profiles whose link does not always hear.
 * From where to where: listening.ts says when -> link.listenUntil; bulletins that were accepted and records without time
 * -> listening.ts. Espruino-safe.
 */
import { SLOTS_PER_GROUP } from '../../shared/limits';
import { readVerifiedBulletin } from '../../shared/node-bulletin';
import { splitSigned } from '../../shared/record';
import { TICK_MS } from '../node-limits';
import type { Node } from '../node-parts';
import { createListening, noteBulletin, noteRecordWithoutTime, planWindow } from './listening';

/** Starts it; a link that always hears needs none. */
export function startBulletinWindows(node: Node): void {
  const { link, board } = node;
  const start = link.start;
  const send = link.send;
  if (!link.listenUntil) return;
  const listening = createListening(Math.floor(node.config.slot / SLOTS_PER_GROUP));
  const uptimeS = (): number => Math.floor(board.uptimeMs() / 1000);
  const listenUntil = (untilS: number): void => {
    if (link.listenUntil) link.listenUntil(untilS);
  };
  link.start = (onBroadcast) => {
    start((packet, from) => {
      const sequence = node.bulletinSequence;
      onBroadcast(packet, from);
      const signed = splitSigned(packet);
      if (node.bulletinSequence === sequence || typeof signed === 'string') return;
      const bulletin = readVerifiedBulletin(signed.payload);
      const isDone = noteBulletin(listening, bulletin.group, bulletin.timeS, uptimeS());
      if (isDone) listenUntil(uptimeS());
    });
  };
  link.send = (packet, done) => {
    const isSent = send(packet, done);
    if (isSent && !node.clock.isSet) noteRecordWithoutTime(listening, uptimeS());
    return isSent;
  };
  board.every(TICK_MS, () => {
    const nowS = uptimeS();
    const startS = planWindow(listening, nowS, TICK_MS / 1000);
    if (startS === 0) return;
    const untilS = listening.untilS;
    board.after((startS - nowS) * 1000, () => listenUntil(untilS));
  });
}
