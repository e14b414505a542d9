/*
 * A radio chip right on the virtual air: what the LoRa link asks of a chip, without one's commands.
 * From: the link's frames. To: the air, and back. For tests of the link and villages without a chip's model.
 * Source: firmware/lora/radio-chip.ts; channel activity detection as the air's stations have it.
 */
import type { ModemSettings, RadioChip } from '../../firmware/lora/radio-chip';
import type { Air, AirPort, Station } from './air';
import type { World } from './world';

/** Symbols that a look at the channel takes. */
const CAD_SYMBOLS = 4;

/** A chip, and what a test may do to it. */
export interface AirChip extends RadioChip {
  port: AirPort;
  /** What it was started with. */
  settings(): ModemSettings | undefined;
  /** It does not answer any more (true), or again. */
  setDead(isDead: boolean): void;
  /** How long its receiver was on so far, ms. */
  listenedMs(): number;
}

/** Puts a chip on the air. `station`: all but what hears. */
export function createAirChip(world: World, air: Air, station: Omit<Station, 'onFrame'>): AirChip {
  let isDead = false;
  let settings: ModemSettings | undefined;
  let onFrame: Parameters<RadioChip['listen']>[0] | undefined;
  let onSinceMs = -1;
  let listenedMs = 0;
  const port = air.attach({
    ...station,
    onFrame: ({ bytes, rssiDbm, snrDb }) => {
      if (!isDead) onFrame?.(Uint8Array.from(bytes), rssiDbm, Math.round(snrDb * 4));
    },
  });
  const setReceiver = (isOn: boolean): void => {
    port.setListening(isOn);
    if (onSinceMs >= 0) listenedMs += world.nowMs() - onSinceMs;
    onSinceMs = isOn ? world.nowMs() : -1;
  };
  setReceiver(false);
  const cadMs = Math.ceil((CAD_SYMBOLS * station.modem.preset.symbolUs) / 1000);
  return {
    port,
    settings: () => settings,
    setDead: (dead) => {
      isDead = dead;
      if (dead) setReceiver(false);
    },
    listenedMs: () => listenedMs + (onSinceMs >= 0 ? world.nowMs() - onSinceMs : 0),
    start: (wanted) => {
      settings = wanted;
      return !isDead;
    },
    transmit: (frame, done) => {
      if (isDead) {
        world.at(world.nowMs() + 1, () => done(false));
        return;
      }
      setReceiver(false);
      const airtimeMs = port.transmit(Uint8Array.from(frame));
      world.at(world.nowMs() + airtimeMs, () => {
        if (onFrame !== undefined) setReceiver(true);
        done(true);
      });
    },
    senseChannel: (done) => {
      world.at(world.nowMs() + cadMs, () => done(isDead || port.isChannelActive()));
    },
    listen: (heard) => {
      onFrame = heard;
      setReceiver(true);
    },
    sleep: () => {
      onFrame = undefined;
      setReceiver(false);
    },
    faults: () => 0,
  };
}
