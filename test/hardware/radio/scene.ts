/*
 * Small worlds for the radio tests: a few virtual radios on links of fixed strength.
 * From: the tests; to: virtual world, air and radios.
 */
import {
  type Air,
  type AirOptions,
  createAir,
  type Transmission,
} from '../../../hardware/virtual/air';
import { createRadio, type Radio } from '../../../hardware/virtual/radio';
import type { RadioOptions } from '../../../hardware/virtual/radio-core';
import { createWorld, type World } from '../../../hardware/virtual/world';
import { MEDIUM_FAST } from '../../../shared/meshtastic/airtime';

/** PSK B of the recordings: bytes 1 to 32. */
export const PSK_B = new Uint8Array(32).map((_, index) => index + 1);

export interface Scene {
  world: World;
  air: Air;
  radios: Radio[];
  /** Everything that was on the air. */
  onAir: Transmission[];
}

/** Radios with these numbers. `options` are for all of them or for each by its number, `airOptions` for the air. */
export function createScene(
  nodeNums: number[],
  options: Partial<RadioOptions> | ((nodeNum: number) => Partial<RadioOptions>) = {},
  airOptions: AirOptions = {},
  seed = 1,
): Scene {
  const world = createWorld(seed);
  const onAir: Transmission[] = [];
  const air = createAir(world, {
    snrOverrideDb: () => 8.5,
    onTransmission: (transmission) => onAir.push(transmission),
    ...airOptions,
  });
  const radios = nodeNums.map((nodeNum) =>
    createRadio(world, air, {
      nodeNum,
      longName: `Radio ${nodeNum}`,
      shortName: 'R',
      position: { latitude: 0, longitude: 0 },
      channels: [{ name: 'serial', psk: PSK_B }],
      region: 'EU_868',
      preset: MEDIUM_FAST,
      nodeInfo: false,
      telemetry: false,
      ...(typeof options === 'function' ? options(nodeNum) : options),
    }),
  );
  return { world, air, radios, onAir };
}
