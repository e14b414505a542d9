/*
 * What: what the node says of itself to the people of the mesh: its name, that it relays nothing, that it takes no messages.
 * From where to where: site name and node number -> payload of NODEINFO_APP.
 * Source: mesh.proto, message User; hosts write it with shared/meshtastic/user.ts, to the same bytes. Espruino-safe.
 */

const HW_MODEL_PRIVATE = 255;
const ROLE_CLIENT_MUTE = 1;
const LONG_NAME_BYTES_MAX = 39;

/** A string field of ASCII characters; others become "?". */
function putText(out: number[], field: number, text: string): void {
  out.push((field << 3) | 2, text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    out.push(code < 128 ? code : 63);
  }
}

/** A number in 8 hex digits. */
function hex8(value: number): string {
  const text = `0000000${(value >>> 0).toString(16)}`;
  return text.substr(text.length - 8, 8);
}

/** The payload for this node: `site` is its long name, the end of its number the short one. */
export function encodeNodeInfo(site: string, nodeNum: number): Uint8Array {
  const digits = hex8(nodeNum);
  const out: number[] = [];
  putText(out, 1, `!${digits}`);
  putText(out, 2, site.substr(0, LONG_NAME_BYTES_MAX));
  putText(out, 3, digits.substr(4, 4));
  // hw_model 5 as a varint of two bytes, role 7, is_unmessagable 9.
  out.push(40, HW_MODEL_PRIVATE, 1, 56, ROLE_CLIENT_MUTE, 72, 1);
  return new Uint8Array(out);
}
