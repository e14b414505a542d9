/*
 * Whether a radio speaks with a node on its UART: only when its Serial module is switched on, in mode PROTO, at the node's speed.
 * From: the settings of a virtual radio; to: radio.ts, at each start.
 * Source: Meshtastic module_config.proto, SerialConfig; firmware/node-limits.ts UART_BAUD.
 */
import {
  createReader,
  nextField,
  readBool,
  readUint,
  skipField,
} from '../../shared/meshtastic/protobuf';
import type { RadioSettings } from './radio-settings';

const SERIAL_SECTION = 2;
const MODE_PROTO = 2;
/** Number of 115200 bit/s in SerialConfig.baud. */
const BAUD_115200 = 11;

/** What its Serial module is set to. */
export function speaksOnUart({ now }: RadioSettings): boolean {
  const reader = createReader(now.modules.get(SERIAL_SECTION) ?? new Uint8Array(0));
  let isEnabled = false;
  let baud = 0;
  let mode = 0;
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (field === 1) isEnabled = readBool(reader);
    else if (field === 5) baud = readUint(reader);
    else if (field === 7) mode = readUint(reader);
    else skipField(reader);
  }
  return isEnabled && baud === BAUD_115200 && mode === MODE_PROTO;
}
