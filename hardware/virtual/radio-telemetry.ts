/*
 * What a virtual radio tells its client about itself, unasked, every minute.
 * From: its airtime log; to: the shared queue, as a TELEMETRY_APP packet from its own number.
 * Source: recordings of Meshtastic 2.7.26 (test/fixtures/meshtasticd/heartbeat); telemetry.proto, message DeviceMetrics.
 */
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import { BROADCAST, TELEMETRY_APP } from '../../shared/meshtastic/port-num';
import {
  createWriter,
  finish,
  putFixed32,
  putFloat,
  putMessage,
  putUint,
} from '../../shared/meshtastic/protobuf';
import type { RadioCore } from './radio-core';

/** How often, ms. */
export const TELEMETRY_MS = 60_000;

const PRIORITY_BACKGROUND = 10;
const BATTERY_EXTERNAL = 101;

/** One such packet; `uptimeS` seconds since the radio started. */
export function ownTelemetry(core: RadioCore, id: number, uptimeS: number): MeshPacketToSend {
  const metrics = createWriter(32);
  putUint(metrics, 1, BATTERY_EXTERNAL);
  putFloat(metrics, 3, core.airtime.channelPercent());
  putFloat(metrics, 4, core.airtime.sentPercent());
  putUint(metrics, 5, uptimeS);
  const telemetry = createWriter(48);
  putFixed32(telemetry, 1, core.clock.nowS());
  putMessage(telemetry, 2, finish(metrics));
  return {
    from: core.nodeNum,
    to: BROADCAST,
    id,
    rxTime: core.clock.nowS(),
    hopLimit: core.hopLimit,
    priority: PRIORITY_BACKGROUND,
    decoded: { portnum: TELEMETRY_APP, payload: finish(telemetry) },
  };
}
