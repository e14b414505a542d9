/*
 * The air between the radios: who hears which frame, and how loaded the channel is.
 * From: frames put on the air by stations (official radios, native nodes) and by a hostile transmitter;
 * to: each station in range, at the end of the frame, unless it collided, was lost or found the receiver deaf.
 * Source: LoRa capture of 6 dB, half duplex, airtime of Semtech AN1200.13 (shared/meshtastic/airtime.ts).
 */
import { type Busy, busyMsUntil, createBusy, markBusy } from './air-busy';
import {
  distanceKm,
  noiseFloorDbm,
  type Position,
  pathLossDb,
  quarterDb,
  type Terrain,
  VILLAGE_TERRAIN,
} from './link-budget';
import type { Modem } from './modem';
import type { RandomStream } from './random';
import type { World } from './world';

/** A frame as a receiver gets it. The bytes are shared by all receivers: read only. */
export interface ReceivedFrame {
  bytes: Uint8Array;
  /** dB, steps of 0.25. */
  snrDb: number;
  rssiDbm: number;
  /** How long it was on the air, ms. */
  airtimeMs: number;
}

/** What became of a frame at one receiver. `off`: not listening all the time; `half-duplex`: sending itself. */
export type Fate = 'received' | 'lost' | 'collided' | 'half-duplex' | 'off' | 'out-of-range';

/** Something with an antenna. */
export interface Station {
  /** Number for logs and faults; unique on one air. */
  nodeNum: number;
  position: Position;
  modem: Modem;
  txPowerDbm: number;
  onFrame(frame: ReceivedFrame): void;
}

/** A station's own access to the air. */
export interface AirPort {
  /** Puts a frame of 1..255 bytes on the air now; returns its airtime, ms. Throws: still sending, or bad length. */
  transmit(bytes: Uint8Array): number;
  /** Whether a channel activity detection would find a signal now (own frames included). */
  isChannelActive(): boolean;
  /** A receiver that is switched off hears nothing; on again, it misses frames already under way. */
  setListening(listening: boolean): void;
  /** Time the channel was busy at this antenna since the start (own frames included), ms. */
  busyMs(): number;
}

/** One frame on the air, for logs. `nodeNum` is -1 for injected frames. */
export interface Transmission {
  number: number;
  nodeNum: number;
  startMs: number;
  endMs: number;
  bytes: Uint8Array;
}

/** Counts over all (finished frame, other station) pairs; the fates sum up to `pairs`. */
export interface AirStatistics {
  transmissions: number;
  airtimeMs: number;
  pairs: number;
  fates: Record<Fate, number>;
  /** Extra deliveries made by the `faults` hook. */
  duplicated: number;
}

export interface AirOptions {
  /** Chance that a good reception is lost nevertheless, percent. */
  lossPercent?: number;
  terrain?: Terrain;
  /** A frame survives others that are at least this much weaker, dB. */
  captureDb?: number;
  /** Fixes the SNR of a link, dB; undefined = by distance. -99 = no link. */
  snrOverrideDb?(fromNodeNum: number, toNodeNum: number): number | undefined;
  /** Faults of a good reception: delays in ms after which it is delivered. [0] normal, [] lost, [0, 800] twice. */
  faults?(transmission: Transmission, toNodeNum: number): number[];
  onTransmission?(transmission: Transmission): void;
  onFate?(transmission: Transmission, toNodeNum: number, fate: Fate): void;
}

export interface Air {
  /** Adds a station, listening. Throws: its number is taken. */
  attach(station: Station): AirPort;
  /** A foreign transmitter at `position` sends these 1..255 bytes now, whatever they are; returns the airtime, ms. */
  inject(bytes: Uint8Array, position: Position, modem: Modem, txPowerDbm?: number): number;
  setLossPercent(percent: number): void;
  statistics(): AirStatistics;
  /** Share of the world's time so far in which the channel was busy, percent: at this station's antenna, or anywhere. Throws: no such station. */
  busyPercent(nodeNum?: number): number;
  /** The same as a running sum, ms: take the difference over any window. */
  busyMs(nodeNum?: number): number;
}

interface Link {
  receiver: Member;
  snrDb: number;
  /** Received power, not rounded as in reports. */
  powerDbm: number;
}

interface Member {
  station: Station;
  links: Link[];
  busy: Busy;
  listening: boolean;
  listeningSinceMs: number;
  sendingUntilMs: number;
}

interface Flight extends Transmission {
  sender: Member | undefined;
  modem: Modem;
  links: Link[];
  landed: boolean;
}

interface AirState {
  world: World;
  options: AirOptions;
  terrain: Terrain;
  captureDb: number;
  lossPercent: number;
  lossDice: RandomStream;
  members: Member[];
  /** Frames on the air and those that overlapped one still on the air. */
  flights: Flight[];
  busyAnywhere: Busy;
  statistics: AirStatistics;
}

type Transmitter = Omit<Station, 'onFrame'>;

const FRAME_BYTES_MAX = 255;
const INJECTED_NODE = -1;
const INJECTED_POWER_DBM = 27;
const SNR_REPORTED_DB_MAX = 12;

function shadowDb(state: AirState, a: number, b: number): number {
  if (state.terrain.shadowingDb === 0) return 0;
  const name = `air/shadow/${Math.min(a, b)}-${Math.max(a, b)}`;
  return state.world.random(name).normal() * state.terrain.shadowingDb;
}

function linkTo(state: AirState, from: Transmitter, receiver: Member, shadow: number): Link {
  const { station } = receiver;
  const noise = noiseFloorDbm(state.terrain, station.modem.bandwidthKhz);
  const fixed = state.options.snrOverrideDb?.(from.nodeNum, station.nodeNum);
  const loss = pathLossDb(state.terrain, distanceKm(from.position, station.position)) + shadow;
  const snr = fixed ?? Math.min(from.txPowerDbm - loss - noise, SNR_REPORTED_DB_MAX);
  const powerDbm = fixed === undefined ? from.txPowerDbm - loss : fixed + noise;
  return { receiver, snrDb: quarterDb(snr), powerDbm };
}

/** Worth looking at: decodable, or strong enough to spoil a decodable frame. */
function isHeard(state: AirState, link: Link, modem: Modem): boolean {
  return (
    link.receiver.station.modem.channel === modem.channel &&
    link.snrDb >= modem.snrLimitDb - state.captureDb
  );
}

/** Decides the fate of one frame at one receiver, chance aside. */
function judge(state: AirState, flight: Flight, link: Link): Fate {
  const { receiver } = link;
  if (link.snrDb < flight.modem.snrLimitDb) return 'out-of-range';
  if (!receiver.listening || receiver.listeningSinceMs > flight.startMs) return 'off';
  let collided = false;
  for (const other of state.flights) {
    const apart = other.endMs <= flight.startMs || other.startMs >= flight.endMs;
    if (other === flight || apart) continue;
    if (other.sender === receiver) return 'half-duplex';
    const heard = other.links.find((candidate) => candidate.receiver === receiver);
    if (heard !== undefined && link.powerDbm < heard.powerDbm + state.captureDb) collided = true;
  }
  if (collided) return 'collided';
  return state.lossDice.below(10000) < state.lossPercent * 100 ? 'lost' : 'received';
}

function deliver(state: AirState, flight: Flight, link: Link): Fate {
  const { receiver } = link;
  const delaysMs = state.options.faults?.(flight, receiver.station.nodeNum) ?? [0];
  if (delaysMs.length === 0) return 'lost';
  state.statistics.duplicated += delaysMs.length - 1;
  const frame: ReceivedFrame = {
    bytes: flight.bytes,
    snrDb: link.snrDb,
    rssiDbm: Math.round(link.powerDbm),
    airtimeMs: flight.endMs - flight.startMs,
  };
  for (const delayMs of delaysMs) {
    state.world.at(state.world.nowMs() + delayMs, () => {
      if (receiver.listening) receiver.station.onFrame(frame);
    });
  }
  return 'received';
}

/** Drops flights that ended before any frame not yet judged began. */
function dropOldFlights(state: AirState): void {
  let earliest = state.world.nowMs();
  for (const flight of state.flights) {
    if (!flight.landed) earliest = Math.min(earliest, flight.startMs);
  }
  state.flights = state.flights.filter((flight) => flight.endMs > earliest);
}

function land(state: AirState, flight: Flight): void {
  const { fates } = state.statistics;
  const others = state.members.length - (flight.sender === undefined ? 0 : 1);
  state.statistics.pairs += others;
  let unheard = others;
  for (const link of flight.links) {
    let fate = judge(state, flight, link);
    if (fate === 'received') fate = deliver(state, flight, link);
    if (fate === 'out-of-range') continue;
    unheard -= 1;
    fates[fate] += 1;
    state.options.onFate?.(flight, link.receiver.station.nodeNum, fate);
  }
  fates['out-of-range'] += unheard;
  flight.landed = true;
  dropOldFlights(state);
}

function launch(
  state: AirState,
  bytes: Uint8Array,
  from: Transmitter,
  sender: Member | undefined,
  links: Link[],
): number {
  if (bytes.length < 1 || bytes.length > FRAME_BYTES_MAX) {
    throw new Error(`a frame of ${bytes.length} bytes does not fit the air`);
  }
  const startMs = state.world.nowMs();
  const airtimeMs = Math.max(1, Math.round(from.modem.airtimeMs(bytes.length)));
  const endMs = startMs + airtimeMs;
  const { modem, nodeNum } = from;
  state.statistics.transmissions += 1;
  state.statistics.airtimeMs += airtimeMs;
  const number = state.statistics.transmissions;
  const record: Transmission = { number, nodeNum, startMs, endMs, bytes };
  const flight: Flight = { ...record, sender, modem, links, landed: false };
  state.flights.push(flight);
  markBusy(state.busyAnywhere, startMs, endMs);
  if (sender !== undefined) markBusy(sender.busy, startMs, endMs);
  for (const { snrDb, receiver } of links) {
    if (snrDb >= modem.snrLimitDb) markBusy(receiver.busy, startMs, endMs);
  }
  state.options.onTransmission?.(flight);
  state.world.at(endMs, () => land(state, flight));
  return airtimeMs;
}

/** Whether a receiver finds a preamble or payload of anyone else's frame that it could decode. */
function hearsSignal(state: AirState, member: Member): boolean {
  const now = state.world.nowMs();
  return state.flights.some(
    (flight) =>
      flight.endMs > now &&
      flight.startMs + flight.modem.detectMs <= now &&
      flight.links.some(
        (link) => link.receiver === member && link.snrDb >= flight.modem.snrLimitDb,
      ),
  );
}

function createPort(state: AirState, member: Member): AirPort {
  const { world } = state;
  const transmit = (bytes: Uint8Array): number => {
    if (member.sendingUntilMs > world.nowMs()) {
      throw new Error(`station ${member.station.nodeNum} is still sending`);
    }
    const airtimeMs = launch(state, bytes, member.station, member, member.links);
    member.sendingUntilMs = world.nowMs() + airtimeMs;
    return airtimeMs;
  };
  const setListening = (listening: boolean): void => {
    if (listening && !member.listening) member.listeningSinceMs = world.nowMs();
    member.listening = listening;
  };
  return {
    transmit,
    isChannelActive: () => member.sendingUntilMs > world.nowMs() || hearsSignal(state, member),
    setListening,
    busyMs: () => busyMsUntil(member.busy, world.nowMs()),
  };
}

function attach(state: AirState, station: Station): AirPort {
  if (state.members.some((member) => member.station.nodeNum === station.nodeNum)) {
    throw new Error(`station ${station.nodeNum} is on the air already`);
  }
  const member: Member = {
    station,
    links: [],
    busy: createBusy(),
    listening: true,
    listeningSinceMs: state.world.nowMs(),
    sendingUntilMs: 0,
  };
  for (const other of state.members) {
    const shadow = shadowDb(state, station.nodeNum, other.station.nodeNum);
    const out = linkTo(state, station, other, shadow);
    const back = linkTo(state, other.station, member, shadow);
    if (isHeard(state, out, station.modem)) member.links.push(out);
    if (isHeard(state, back, other.station.modem)) other.links.push(back);
  }
  state.members.push(member);
  return createPort(state, member);
}

/** A new air over `world`. Its dice are the streams 'air/loss' and 'air/shadow/<pair>'. */
export function createAir(world: World, options: AirOptions = {}): Air {
  const state: AirState = {
    world,
    options,
    terrain: options.terrain ?? VILLAGE_TERRAIN,
    captureDb: options.captureDb ?? 6,
    lossPercent: options.lossPercent ?? 0,
    lossDice: world.random('air/loss'),
    members: [],
    flights: [],
    busyAnywhere: createBusy(),
    statistics: {
      transmissions: 0,
      airtimeMs: 0,
      pairs: 0,
      fates: { received: 0, lost: 0, collided: 0, 'half-duplex': 0, off: 0, 'out-of-range': 0 },
      duplicated: 0,
    },
  };
  const inject = (bytes: Uint8Array, position: Position, modem: Modem, txPowerDbm?: number) => {
    const from = {
      nodeNum: INJECTED_NODE,
      position,
      modem,
      txPowerDbm: txPowerDbm ?? INJECTED_POWER_DBM,
    };
    const links = state.members
      .map((member) => linkTo(state, from, member, 0))
      .filter((link) => isHeard(state, link, modem));
    return launch(state, new Uint8Array(bytes), from, undefined, links);
  };
  const busyMs = (nodeNum?: number): number => {
    const member = state.members.find((candidate) => candidate.station.nodeNum === nodeNum);
    if (nodeNum !== undefined && member === undefined) throw new Error(`no station ${nodeNum}`);
    return busyMsUntil(member === undefined ? state.busyAnywhere : member.busy, world.nowMs());
  };
  return {
    attach: (station) => attach(state, station),
    inject,
    setLossPercent: (percent) => {
      state.lossPercent = percent;
    },
    statistics: () => ({ ...state.statistics, fates: { ...state.statistics.fates } }),
    busyPercent: (nodeNum) => (world.nowMs() === 0 ? 0 : (100 * busyMs(nodeNum)) / world.nowMs()),
    busyMs,
  };
}
