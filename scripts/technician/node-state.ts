/*
 * node-state.ts: what stands on a board: who the node is, its configuration, its journal.
 * Way: BoardSession -> NodeState; acts decide by it. Nothing is changed here.
 */

import type { NodeConfig } from '../../firmware/board';
import { NRF52832_KEY_ADDRESS } from '../../firmware/node-limits';
import { toHex } from '../../shared/bytes';
import { PUBLIC_KEY_BYTES } from '../../shared/limits';
import type { BoardFile, BoardIdentity, BoardSession } from './board/board-session';
import { CONFIG_FILE, readConfigBytes } from './node-config';
import { Trouble } from './trouble';

/** Name of the journal's file. */
export const JOURNAL_FILE = 'journal';

/** What stands on a board. */
export interface NodeState {
  identity: BoardIdentity;
  /** false: a program of the MDBT42Q, which has no room for the console. */
  hasConsole: boolean;
  key: 'good' | 'erased' | 'torn';
  /** 64 hex digits; null = no key, or no routine to read it with. */
  publicKey: string | null;
  /** What the node was told; null = nothing, or nothing that can be read. */
  config: NodeConfig | null;
  /** The bytes of tw.cfg as they are; null = there is none. */
  configBytes: Uint8Array | null;
  journal: BoardFile | null;
}

/** Name of the MDBT42Q in process.env.BOARD. */
const MDBT42Q = 'MDBT42Q';

/** The page of the key holds "TWK1", seed, public half, CRC-32: firmware/boards/key-region.ts. */
const PUBLIC_AT = 36;
const CRC_AT = 68;
const CRC_BYTES = 4;
const MAGIC = 'TWK1';

/**
 * Asks a board without console for the public half of its key. The seed does not leave the board: whether the page is whole is
 * computed there.
 */
function publicHalfCode(address: number): string {
  const crc = `new Uint8Array(f.read(${CRC_BYTES},${address + CRC_AT}))`;
  const stored = `(c[0]|c[1]<<8|c[2]<<16|c[3]<<24)>>>0`;
  return [
    '(function(f,c){',
    `return E.toString(f.read(4,${address}))=="${MAGIC}"&&E.CRC32(f.read(${CRC_AT},${address}))>>>0==${stored}`,
    `?btoa(E.toString(f.read(${PUBLIC_KEY_BYTES},${address + PUBLIC_AT}))):f.read(1,${address})[0]==255?"erased":"torn"`,
    `})(require("Flash"),${crc.replace('f.read', 'require("Flash").read')})`,
  ].join('');
}

type KeyPart = Pick<NodeState, 'hasConsole' | 'key' | 'publicKey'>;

async function keyWithoutConsole(session: BoardSession): Promise<KeyPart> {
  const said = String(await session.evaluate(publicHalfCode(NRF52832_KEY_ADDRESS)));
  if (said === 'erased' || said === 'torn')
    return { hasConsole: false, key: said, publicKey: null };
  const bytes = new Uint8Array(Buffer.from(said, 'base64'));
  if (bytes.length !== PUBLIC_KEY_BYTES) throw new Trouble('no-program');
  return { hasConsole: false, key: 'good', publicKey: toHex(bytes) };
}

async function keyOf(session: BoardSession, board: string): Promise<KeyPart> {
  try {
    const { key, publicKey } = await session.node('id');
    return {
      hasConsole: true,
      key: key as NodeState['key'],
      publicKey: typeof publicKey === 'string' ? publicKey : null,
    };
  } catch (error) {
    const isMute = error instanceof Trouble && ['no-program', 'no-console'].includes(error.code);
    const isBare = isMute && board === MDBT42Q;
    if (!isBare) throw error;
    return keyWithoutConsole(session);
  }
}

/** Looks. Throws: Trouble no-program, and what a session throws. */
export async function readNodeState(session: BoardSession): Promise<NodeState> {
  const identity = await session.identity();
  const key = await keyOf(session, identity.board);
  const configBytes = (await session.check(CONFIG_FILE)) ? await session.read(CONFIG_FILE) : null;
  const config = configBytes === null ? null : readConfigBytes(configBytes);
  return { identity, ...key, config, configBytes, journal: await session.check(JOURNAL_FILE) };
}
