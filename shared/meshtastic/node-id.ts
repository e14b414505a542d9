/*
 * What: how Meshtastic writes the number of a node: "!" and eight hex digits.
 * From where to where: NodeNum -> node ID, for people, logs and messages.
 * Source: User.id of mesh.proto.
 */

/** 0x0a1b2c3d -> "!0a1b2c3d". @param nodeNum 32 bits, unsigned */
export function nodeIdOf(nodeNum: number): string {
  return `!${nodeNum.toString(16).padStart(8, '0')}`;
}
