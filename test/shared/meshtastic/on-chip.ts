/*
 * on-chip.ts: one run through the Meshtastic code that gives the same lines on Node and on the Espruino interpreter.
 * Way: hex chunks -> framer, codec, frames, airtime -> lines of text. Espruino-safe itself.
 */
import { fromHex, toHex } from '../../../shared/bytes';
import { encodeSetTimeOnly } from '../../../shared/meshtastic/admin';
import { airtimeUs, MODEM_PRESETS, retransmissionMs } from '../../../shared/meshtastic/airtime';
import { channelHash, cryptChannel, expandPsk } from '../../../shared/meshtastic/channel';
import {
  decodeNodeFromRadio,
  type NodeFromRadio,
} from '../../../shared/meshtastic/node-from-radio';
import {
  encodeNodeHeartbeat,
  encodeNodePacket,
  encodeNodeWantConfig,
} from '../../../shared/meshtastic/node-to-radio';
import { decodeOnAir, encodeOnAir } from '../../../shared/meshtastic/onair';
import { createFramer } from '../../../shared/meshtastic/stream';
import {
  decodeToRadio,
  encodeHeartbeat,
  encodeToRadio,
  encodeWantConfig,
} from '../../../shared/meshtastic/to-radio';

export type Print = (line: string) => void;

function bytesOf(digits: string): Uint8Array {
  const bytes = fromHex(digits);
  return typeof bytes === 'string' ? new Uint8Array(0) : bytes;
}

function lineOf(message: NodeFromRadio): string {
  const packet = message.packet;
  const status = message.queueStatus;
  const channel = message.channel;
  if (packet) {
    const data = packet.decoded;
    const head = `packet ${packet.from} ${packet.to} ${packet.id} ${packet.channel} `;
    return head + (data ? `${data.portnum} ${data.requestId} ${toHex(data.payload)}` : 'encrypted');
  }
  if (message.myNodeNum !== undefined) return `my ${message.myNodeNum}`;
  if (message.configCompleteId !== undefined) return `complete ${message.configCompleteId}`;
  if (status) return `status ${status.res} ${status.meshPacketId}`;
  if (channel) return `channel ${channel.index} ${channel.name}`;
  return 'other';
}

/** Chunks from a radio: what the node's reader makes of them. */
export function readStream(chunks: string[], print: Print): void {
  const framer = createFramer((body: Uint8Array): boolean => {
    const message = decodeNodeFromRadio(body);
    if (typeof message === 'string') return false;
    const line = lineOf(message);
    if (line !== 'other') print(line);
    return true;
  });
  for (let i = 0; i < chunks.length; i++) framer.push(bytesOf(chunks[i]));
  framer.push(bytesOf('0094c30028'));
  framer.idle();
  print(`skipped ${framer.skippedBytes()} buffered ${framer.buffered()}`);
}

/** ToRadio messages read and written again, and some of our own. */
export function writeMessages(bodies: string[], print: Print): void {
  for (let i = 0; i < bodies.length; i++) {
    const message = decodeToRadio(bytesOf(bodies[i]));
    print(typeof message === 'string' ? message : toHex(encodeToRadio(message)));
  }
  const payload = bytesOf('94c30001ff');
  print(
    toHex(
      encodeNodePacket({
        to: 4294967295,
        channel: 1,
        id: 2864434397,
        hopLimit: 3,
        wantAck: true,
        portnum: 287,
        payload: payload,
      }),
    ),
  );
  print(toHex(encodeWantConfig(4294967295)));
  print(toHex(encodeHeartbeat(0)));
  print(toHex(encodeSetTimeOnly(4000000000)));
  print(toHex(encodeNodeWantConfig(69420)));
  print(toHex(encodeNodeHeartbeat()));
}

// Stands for AES: what is tested here is the counter, not the cipher.
function mix(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const result = new Uint8Array(blocks.length);
  for (let i = 0; i < blocks.length; i++) result[i] = blocks[i] * 7 + key[i % key.length] + i;
  return result;
}

/** Frames of the air taken apart, decrypted with a stand-in cipher, and put together again; times. */
export function readFrames(frames: string[], print: Print): void {
  const key = expandPsk(bytesOf('02'));
  print(`${toHex(key)} ${channelHash('serial', key)} ${toHex(expandPsk(bytesOf('010203')))}`);
  for (let i = 0; i < frames.length; i++) {
    const frame = decodeOnAir(bytesOf(frames[i]));
    if (typeof frame === 'string') print(frame);
    else {
      const header = frame.header;
      print(`${header.to} ${header.from} ${header.id} ${header.hopLimit} ${header.hopStart}`);
      print(toHex(cryptChannel(mix, key, header.id, header.from, frame.body)));
      print(toHex(encodeOnAir(header, frame.body)));
    }
  }
  for (let i = 0; i < MODEM_PRESETS.length; i++) {
    print(`${airtimeUs(MODEM_PRESETS[i], 224)} ${retransmissionMs(MODEM_PRESETS[i], 123, 8)}`);
  }
}
