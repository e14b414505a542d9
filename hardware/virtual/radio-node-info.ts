/*
 * How a virtual radio introduces itself: NodeInfo at start, every 3 hours, when asked, and questions to strangers.
 * From: timers and received packets; to: NODEINFO_APP packets on the mesh.
 * Source: Meshtastic 2.7.26 and recordings of it (test/fixtures/meshtasticd).
 */
import type { Data } from '../../shared/meshtastic/data';
import { nodeIdOf } from '../../shared/meshtastic/node-id';
import { BROADCAST, NODEINFO_APP, ROUTING_APP } from '../../shared/meshtastic/port-num';
import { decodeRouting, ERROR_UNKNOWN_PUBLIC_KEY } from '../../shared/meshtastic/routing';
import { decodeUser, encodeUser, type User } from '../../shared/meshtastic/user';
import type { KnownNode } from './node-database';
import { keyPairOf } from './public-keys';
import type { RadioCore, RadioRole } from './radio-core';
import { answerHopLimit, type HeardPacket } from './radio-mesh';
import type { RadioSender } from './radio-send';
import type { WorldTimer } from './world';

const INTERVAL_MS = 3 * 3600_000;
const FIRST_MS = 10_000;
const SPREAD_MS = 60_000;
/** Strangers are asked at most this often. */
const ASK_AGAIN_MS = 10 * 60_000;
/** Answers to questions come at most this often. */
const REPLY_AGAIN_MS = 60_000;
const BUSY_PERCENT = 40;
const HARDWARE_RAK4631 = 9;
const ROLE_NUMBERS: Record<RadioRole, number> = { CLIENT: 0, CLIENT_MUTE: 1, ROUTER: 2 };

export interface NodeInfoModule {
  /** What this radio says about itself. */
  user: User;
  /** Starts the timers (power on). */
  start(): void;
  /** Stops them (power off). */
  stop(): void;
  /** Broadcasts now; the client gets a queueStatus. */
  broadcast(): void;
  /** Looks at a decoded packet; true = answered it. */
  onPacket(packet: HeardPacket, data: Data, sender: KnownNode): boolean;
}

function ownUser(core: RadioCore): User {
  if (!core.options.factoryNew) core.keys = keyPairOf(core.dice.bytes(32));
  return {
    id: nodeIdOf(core.nodeNum),
    longName: core.options.longName,
    shortName: core.options.shortName,
    hwModel: HARDWARE_RAK4631,
    isLicensed: false,
    role: ROLE_NUMBERS[core.role],
    publicKey: core.keys.publicKey,
    isUnmessagable: false,
  };
}

/** Did the sender say that it could not read us, for want of our key? */
function misses(core: RadioCore, { header }: HeardPacket, data: Data): boolean {
  if (data.portnum !== ROUTING_APP || header.to !== core.nodeNum) return false;
  if (core.keys.publicKey.length === 0) return false;
  const routing = decodeRouting(data.payload);
  return typeof routing !== 'string' && routing.errorReason === ERROR_UNKNOWN_PUBLIC_KEY;
}

/** The module, its timers not yet started. */
export function createNodeInfo(core: RadioCore, sender: RadioSender): NodeInfoModule {
  const { world } = core;
  const user = ownUser(core);
  let timer: WorldTimer | undefined;
  let askedAtMs = -ASK_AGAIN_MS;
  let repliedAtMs = -REPLY_AGAIN_MS;

  const send = (to: number, wantResponse: boolean, requestId: number, hopLimit: number): void => {
    const id = sender.nextPacketId();
    const data = { portnum: NODEINFO_APP, payload: encodeUser(user), wantResponse, requestId };
    const packet = { to, id, channelIndex: 0, hopLimit, wantAck: false, priority: 0, data };
    core.phone.putQueueStatus(id, sender.send(packet));
  };
  const broadcast = (): void => send(BROADCAST, false, 0, core.hopLimit);
  const tick = (): void => {
    if (core.airtime.channelPercent() < BUSY_PERCENT) broadcast();
    timer = world.at(world.nowMs() + INTERVAL_MS + core.dice.below(SPREAD_MS), tick);
  };
  const start = (): void => {
    if (core.options.nodeInfo === false) return;
    timer = world.at(world.nowMs() + FIRST_MS + core.dice.below(SPREAD_MS), tick);
  };
  const ask = (nodeNum: number): void => {
    if (core.options.nodeInfo === false || world.nowMs() - askedAtMs < ASK_AGAIN_MS) return;
    if (core.airtime.channelPercent() >= BUSY_PERCENT) return;
    askedAtMs = world.nowMs();
    send(nodeNum, true, 0, core.hopLimit);
  };
  const reply = (packet: HeardPacket): boolean => {
    if (world.nowMs() - repliedAtMs < REPLY_AGAIN_MS) return false;
    repliedAtMs = world.nowMs();
    send(packet.header.from, false, packet.header.id, answerHopLimit(packet, core.hopLimit));
    return true;
  };
  const onPacket = (packet: HeardPacket, data: Data, node: KnownNode): boolean => {
    if (data.portnum === NODEINFO_APP) {
      const told = decodeUser(data.payload);
      if (typeof told !== 'string') node.user = told;
      const isQuestion = data.wantResponse && packet.header.to === core.nodeNum;
      return isQuestion && reply(packet);
    }
    if (misses(core, packet, data)) send(node.num, false, 0, core.hopLimit);
    if (node.user === undefined) ask(node.num);
    return false;
  };
  const stop = (): void => world.cancel(timer);
  return { user, start, stop, broadcast, onPacket };
}
