/*
 * What: sends a record now, so that a technician need not wait an hour to see whether the gateway hears this place.
 * From where to where: a technician -> send/events.ts. Tells which record it was, so that it can be asked for at the gateway.
 * Espruino-safe.
 */
import type { Answer, Technician } from './technician';

/** `isSent`: the link took it at once; else it follows within a tick of ten seconds, with the next sequence. */
export function report(technician: Technician): Answer {
  const node = technician.node;
  if (!node) return 'not provisioned';
  if (!node.report) return 'unknown command';
  const isSent = node.report();
  return { epoch: node.epoch, sequence: node.sequence, isSent: isSent };
}
