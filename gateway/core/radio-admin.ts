/*
 * radio-admin.ts: the one order the gateway gives its radio: what time it is.
 * Way: clock of the gateway -> packet to the own radio -> radio session.send.
 * Pure. Source: Meshtastic admin.proto (set_time_only); a radio trusts its own client without a key.
 */
import { encodeSetTimeOnly } from '../../shared/meshtastic/admin';
import type { MeshPacketToSend } from '../../shared/meshtastic/mesh-packet';
import { ADMIN_APP } from '../../shared/meshtastic/port-num';

/**
 * A packet that sets the clock of the own radio, for `session.send` after ready and at most every 30 minutes.
 * @param timeS unix s; a radio ignores a time older than its firmware
 */
export function setTimePacket(myNodeNum: number, timeS: number): MeshPacketToSend {
  return {
    to: myNodeNum,
    wantAck: true,
    decoded: { portnum: ADMIN_APP, payload: encodeSetTimeOnly(timeS) },
  };
}
