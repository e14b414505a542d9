/*
 * What: the Meshtastic port numbers this program meets.
 * From where to where: read wherever a Data message is judged or made. Our own port is PORTNUM in shared/limits.ts.
 * Source: portnums.proto (enum PortNum). Espruino-safe.
 */

export const TEXT_MESSAGE_APP = 1;
export const POSITION_APP = 3;
export const NODEINFO_APP = 4;
export const ROUTING_APP = 5;
export const ADMIN_APP = 6;
export const TELEMETRY_APP = 67;
export const TRACEROUTE_APP = 70;
export const PRIVATE_APP = 256;

/** `to` of a packet for everyone. */
export const BROADCAST = 0xffffffff;
