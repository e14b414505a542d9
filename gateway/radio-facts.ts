/*
 * radio-facts.ts: what a radio's keeper has seen of it beyond its settings: packets, restarts, losses, its clock, its GPS.
 * Way: keeper of a radio (radio.ts) -> here -> warnings and figures of the status; GPS -> clock.
 */
import type { MeshPacket } from '../shared/meshtastic/mesh-packet';
import { POSITION_APP } from '../shared/meshtastic/port-num';
import { decodePosition } from '../shared/meshtastic/position';
import { createGpsTime, type GpsOffer } from './core/radio-gps';
import type { RadioInfo } from './core/radio-info';
import { clockWords, oftenWords } from './core/radio-words';
import type { GatewayClock } from './edges/clock';
import { RADIO_CLOCK_OFF_S, RADIO_CLOCK_SETTLE_MS, TROUBLES_OFTEN } from './limits/radio';

/** Figures of the status. */
export interface RadioFigures {
  /** Packets of others heard since the start. */
  packets: number;
  /** When the last one came, Unix s; null = none since the start. */
  lastPacket: number | null;
  /** Times the radio said that it restarted. */
  restarts: number;
  /** Times a session was lost. */
  losses: number;
}

/** Keeps the facts of one radio. */
export interface RadioFacts {
  onReady(): void;
  onRestarted(): void;
  onLost(): void;
  /** Another node's packet. */
  onPacket(packet: MeshPacket): void;
  /** A packet the radio made itself. @returns what its GPS says of the time; null = nothing. */
  onOwnPacket(packet: MeshPacket, info: RadioInfo): GpsOffer | null;
  /** The radio was told the time. */
  onTimeSet(): void;
  figures(): RadioFigures;
  warnings(): string[];
}

/** Starts to keep. */
export function createRadioFacts(clock: GatewayClock): RadioFacts {
  const gps = createGpsTime();
  const restartsMs: number[] = [];
  const lossesMs: number[] = [];
  const figures = { packets: 0, lastMs: null as number | null, restarts: 0, losses: 0 };
  let hasSetClock = false;
  let readyMs = Number.POSITIVE_INFINITY;
  let timeSetMs = Number.POSITIVE_INFINITY;
  /** Its clock minus ours, s; -Infinity = it has no time though it was told; null = not known. */
  let offS: number | null = null;
  const note = (timesMs: number[]) => {
    timesMs.push(clock.steadyMs());
    if (timesMs.length > TROUBLES_OFTEN) timesMs.shift();
  };
  // A packet that waited in the radio tells an older time: only what comes some time after the handshake counts.
  const compareClocks = (packet: MeshPacket) => {
    const sinceMs = clock.steadyMs() - Math.max(readyMs, timeSetMs);
    if (!(sinceMs >= RADIO_CLOCK_SETTLE_MS) || clock.state() === 'unknown') return;
    const differS = packet.rxTime - Math.floor(clock.nowMs() / 1000);
    const isOff = Math.abs(differS) > RADIO_CLOCK_OFF_S;
    if (packet.rxTime === 0) offS = Number.NEGATIVE_INFINITY;
    else offS = isOff ? differS : null;
  };
  return {
    onReady() {
      readyMs = clock.steadyMs();
    },
    onRestarted() {
      figures.restarts += 1;
      timeSetMs = Number.POSITIVE_INFINITY;
      offS = null;
      note(restartsMs);
    },
    onLost() {
      figures.losses += 1;
      readyMs = Number.POSITIVE_INFINITY;
      note(lossesMs);
    },
    onPacket(packet) {
      figures.packets += 1;
      figures.lastMs = clock.steadyMs();
      compareClocks(packet);
    },
    onOwnPacket(packet, info) {
      if (packet.decoded?.portnum !== POSITION_APP) return null;
      const position = decodePosition(packet.decoded.payload);
      if (typeof position === 'string') return null;
      const { gpsUpdateSecs = 0, fixedPosition = false } = info.position ?? {};
      return gps.hear(position, { gpsUpdateSecs, fixedPosition, hasSetClock }, clock.steadyMs());
    },
    onTimeSet() {
      hasSetClock = true;
      timeSetMs = Math.min(timeSetMs, clock.steadyMs());
    },
    figures() {
      const { lastMs, ...rest } = figures;
      const agoMs = lastMs === null ? 0 : clock.steadyMs() - lastMs;
      const lastPacket = lastMs === null ? null : Math.floor((clock.nowMs() - agoMs) / 1000);
      return { ...rest, lastPacket };
    },
    warnings() {
      const words = [
        oftenWords('restarted', restartsMs, clock.steadyMs()),
        oftenWords('lost', lossesMs, clock.steadyMs()),
        clockWords(offS),
      ];
      return words.filter((one) => one !== null);
    },
  };
}
