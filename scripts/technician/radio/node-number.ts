/*
 * node-number.ts: the number of a radio as a person gives it: a node ID of Meshtastic.
 * Way: flag --remote, field of the page -> number for set-up.ts. Source: User.id of mesh.proto.
 */

/** "!0A1b2c3d" -> 0x0a1b2c3d; null = it is no node ID. */
export function nodeNumOf(nodeId: string): number | null {
  return /^![0-9a-f]{8}$/i.test(nodeId) ? Number.parseInt(nodeId.slice(1), 16) : null;
}
