/*
 * What: the node: wires sensing, keeping and sending, and gives them their rhythm.
 * From where to where: an entry gives board, link and kind; records leave through the link. Espruino-safe.
 */
import { BUCKETS_PER_RECORD, EPOCH_MAX } from '../shared/limits';
import { encodeUsageRecord } from '../shared/record';
import type { Board, NodeConfig } from './board';
import { keepState, type NodeState, openJournal, stateOf } from './keep/journal';
import { closeRecord } from './keep/record-maker';
import { isTooLowToWrite } from './keep/voltage';
import type { Link } from './link';
import { BUCKET_MS, BUCKET_S, SEND_PERIOD_MS, TICK_MS } from './node-limits';
import type { Node, NodePart } from './node-parts';
import { hearBulletin } from './send/bulletins';
import { scheduleNewest, scheduleOld, sendDue } from './send/sender';
import { createClock } from './sense/clock';
import { closeBucket, createCounting } from './sense/counting';
import type { Sensor } from './sense/sense';

/** What a kind of site adds: its number, its counters and its sensors. */
export interface Kind {
  kind: 1 | 2;
  counterCount: number;
  sensors: Sensor[];
}

/** Of hexadecimal text that provisioning wrote: shorter than shared fromHex, which also judges. */
function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}

/** The counters of the last state; one that is new begins at zero. */
function countersOf(state: NodeState, count: number): number[] {
  const counters = state.counters.slice(0, count);
  while (counters.length < count) counters.push(0);
  return counters;
}

function createNode(board: Board, link: Link, kind: Kind, config: NodeConfig): Node {
  const journal = openJournal(board);
  const state = stateOf(journal.numbers);
  const counting = createCounting(countersOf(state, kind.counterCount), state.remainderUl);
  return {
    board: board,
    link: link,
    config: config,
    kind: kind.kind,
    keyId: bytesOf(config.keyId),
    gatewayKey: bytesOf(config.gatewayKey),
    journal: journal,
    counting: counting,
    sense: {
      board: board,
      config: config,
      counting: counting,
      readings: [],
      faults: 0,
      flags: 0,
      raise: () => {},
    },
    clock: createClock(),
    epoch: Math.min(EPOCH_MAX, state.epoch + 1),
    sequence: 0,
    bulletinSequence: state.bulletinSequence,
    eventsHeldBack: 0,
    recent: [],
    catchUpAtS: 0,
    attempts: 0,
  };
}

/** Below a safe voltage nothing is written: what was counted waits in memory for a better moment. */
function saveState(node: Node): void {
  if (isTooLowToWrite(node.board)) return;
  keepState(node.board, node.journal, {
    epoch: node.epoch,
    remainderUl: node.counting.remainderUl,
    bulletinSequence: node.bulletinSequence,
    counters: node.counting.counters,
  });
}

/** Ends bucket number `bucket` of this epoch (1, 2, …), and the hour with every twelfth. */
function endBucket(node: Node, bucket: number): void {
  closeBucket(node.counting);
  saveState(node);
  if (bucket % BUCKETS_PER_RECORD !== 0) return;
  closeRecord(node, bucket * BUCKET_S, encodeUsageRecord);
  scheduleNewest(node, bucket * BUCKET_S);
}

function startRhythm(node: Node, sensors: Sensor[]): void {
  let bucketsEnded = 0;
  const readSensors: (() => void)[] = [];
  for (let i = 0; i < sensors.length; i++) readSensors.push(sensors[i](node.sense));
  const readAll = (): void => {
    for (let i = 0; i < readSensors.length; i++) readSensors[i]();
  };
  node.board.beforeRestart(() => {
    readAll();
    saveState(node);
  });
  node.board.every(TICK_MS, () => {
    node.board.kickWatchdog();
    readAll();
    const bucketsDue = Math.floor(node.board.uptimeMs() / BUCKET_MS);
    while (bucketsEnded < bucketsDue) {
      bucketsEnded++;
      endBucket(node, bucketsEnded);
    }
  });
  node.board.every(SEND_PERIOD_MS, () => sendDue(node));
}

/**
 * Starts the node. Not provisioned or with a dying battery it says so and does nothing more.
 * `startParts` starts what this profile has beside counting and sending, before the sensors.
 */
export function startNode(board: Board, link: Link, kind: Kind, startParts?: NodePart): void {
  const config = board.config;
  if (!config || board.flash.pageCount < 2) {
    board.say('no tw.cfg or journal');
    return;
  }
  if (isTooLowToWrite(board)) {
    board.say('battery too low');
    return;
  }
  const node = createNode(board, link, kind, config);
  saveState(node);
  scheduleOld(node);
  if (startParts) startParts(node);
  startRhythm(node, kind.sensors);
  if (!board.signer) {
    board.say('no signer: only counting');
    return;
  }
  link.start((packet, from) => {
    hearBulletin(node, packet, from);
  });
  board.say(`${config.site} epoch ${node.epoch}`);
}
