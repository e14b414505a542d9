/*
 * What: the commands that only tell: id, version, counters, journal, radio, sensors.
 * From where to where: node and board -> named values. They change nothing. Espruino-safe.
 */
import { toHex } from '../../shared/bytes';
import { stateOf } from '../keep/journal';
import { countOfEpoch } from '../keep/record-index';
import { namedFaults, namedFlags, namedReadings } from './sensor-names';
import type { Answer, Technician } from './technician';

/** Who the node is. The private key is nowhere in it. */
export function id(technician: Technician): Answer {
  const board = technician.board;
  const config = board.config;
  const device = technician.doors.device();
  return {
    site: config ? config.site : null,
    kind: config ? config.kind : 0,
    slot: config ? config.slot : -1,
    publicKey: board.signer ? toHex(board.signer.publicKey) : null,
    keyId: config ? config.keyId : null,
    key: technician.doors.keyState(),
    board: device.board,
    serial: device.serial,
  };
}

export function version(technician: Technician): Answer {
  const device = technician.doors.device();
  return {
    program: technician.doors.programSequence(),
    espruino: device.espruino,
    board: device.board,
    freeVariables: device.freeVariables,
  };
}

export function counters(technician: Technician): Answer {
  const node = technician.node;
  if (!node) return 'not provisioned';
  const saved = stateOf(node.journal.numbers);
  return {
    epoch: node.epoch,
    sequence: node.sequence,
    uptimeS: Math.floor(node.board.uptimeMs() / 1000),
    counters: node.counting.counters,
    remainderUl: node.counting.remainderUl,
    saved: saved.counters,
  };
}

export function journal(technician: Technician): Answer {
  const node = technician.node;
  if (!node) return 'not provisioned';
  const records = node.journal.records;
  let covered = 0;
  for (let i = 0; i < records.recordCount; i++) covered += records.covered[i];
  return {
    pages: node.board.flash.pageCount,
    pageBytes: node.board.flash.pageBytes,
    records: records.recordCount,
    covered: covered,
    ofThisEpoch: countOfEpoch(records, node.epoch),
    hasOverwritten: node.journal.hasOverwritten,
  };
}

export function radio(technician: Technician): Answer {
  const node = technician.node;
  if (!node) return 'not provisioned';
  const records = node.journal.records;
  const last = records.recordCount - 1;
  return {
    gatewayNode: node.config.gatewayNode,
    bulletinSequence: node.bulletinSequence,
    isLastCovered: last >= 0 ? records.covered[last] === 1 : false,
    status: node.link.status ? node.link.status() : null,
  };
}

export function sensors(technician: Technician): Answer {
  const node = technician.node;
  const board = technician.board;
  return {
    batteryMv: board.batteryMv(),
    pulses: board.pulseCount(),
    fitted: board.config?.wiring ? Object.keys(board.config.wiring) : [],
    readings: node ? namedReadings(node.sense) : {},
    faults: node ? namedFaults(node.sense) : {},
    flags: node ? namedFlags(node.sense) : [],
  };
}
