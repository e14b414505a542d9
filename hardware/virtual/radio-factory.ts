/*
 * How a radio is before anybody set it up: no region, the public channel.
 * From: here; to: the settings of a virtual radio (radio-settings.ts).
 * Source: what Meshtastic 2.7.26 told when fresh (test/fixtures/meshtasticd/provisioning.jsonl, CC0), section by section.
 */

/** Sections of Config by their number, as hex of the protobuf. */
export const FACTORY_CONFIGS: readonly [number, string][] = [
  [1, '38b054'],
  [2, '08901c1001287838ab06506458ac026802'],
  [3, '203c30ffffffff0f38ac02400a'],
  [4, '2a176d6573687461737469632e706f6f6c2e6e74702e6f7267'],
  [5, '08d804'],
  [6, '080118fa01200b40034801501e6801d00602'],
  [7, '0801100118c0c407'],
  [8, '2801'],
  [9, ''],
  [10, ''],
];

/** Sections of ModuleConfig by their number, as hex of the protobuf. */
export const FACTORY_MODULES: readonly [number, string][] = [
  [
    1,
    '12136d7174742e6d6573687461737469632e6f72671a076d657368646576220a6c617267653463617473280142036d7368',
  ],
  [2, ''],
  [3, ''],
  [4, ''],
  [5, ''],
  [6, '08ffffffff07'],
  [7, ''],
  [8, ''],
  [9, ''],
  [10, ''],
  [11, '100a'],
  [12, '102d3801'],
  [13, ''],
];

/** Section of the lamp, of which the colour is the radio's number: fields 3 red, 4 green, 5 blue. */
export const FACTORY_LAMP = 11;

/** The first channel: no name, key number 1. */
export const FACTORY_CHANNEL = '12071201013a02080d1801';

/** Root of its topics at a broker; the region is added when it is set. */
export const FACTORY_MQTT_ROOT = 'msh';
