/*
 * known-boards.ts: may this board get this program?
 * Way: what a board says of itself, hardware/boards -> data of the board, or a trouble.
 */
import { NRF52832_KEY_ADDRESS, NRF52832_PAGE_BYTES } from '../../../firmware/node-limits';
import type { Profile } from '../../../firmware/profiles';
import type { BoardData } from '../../../hardware/boards/board-data';
import { MDBT42Q_BOARD } from '../../../hardware/boards/mdbt42q';
import { XIAO_NRF52840_BOARD } from '../../../hardware/boards/xiao-nrf52840';
import { ESPRUINO_MIN } from '../limits';
import { Trouble } from '../trouble';
import type { BoardIdentity, BoardSession } from './board-session';
import { isFreeCode } from './storage-code';

/** Boards that there are programs for. */
export const BOARDS: readonly BoardData[] = [XIAO_NRF52840_BOARD, MDBT42Q_BOARD];

/** Is this Espruino new enough? "2v29", "2v29.277". */
export function isNewEnough(version: string): boolean {
  const match = /^(\d+)v(\d+)/.exec(version);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major !== ESPRUINO_MIN.major) return major > ESPRUINO_MIN.major;
  return minor >= ESPRUINO_MIN.minor;
}

/** Throws: Trouble wrong-board, old-espruino. */
export function checkBoard({ board, version }: BoardIdentity, profile: Profile): BoardData {
  const fitting = BOARDS.filter((one) => one.profiles.includes(profile.name));
  const data = fitting.find((one) => one.espruino === board);
  const wanted = fitting.map((one) => one.name).join(', ');
  if (!data) throw new Trouble('wrong-board', { board, wanted });
  if (!isNewEnough(version)) {
    const { major, minor } = ESPRUINO_MIN;
    throw new Trouble('old-espruino', { version, wanted: `${major}v${minor}` });
  }
  return data;
}

/** The key's page of an nRF52832 must be free, as the board's own Espruino sees it: builds differ. Throws: Trouble wrong-board. */
export async function checkKeyPage(session: BoardSession, { name, chip }: BoardData) {
  if (chip !== 'nRF52832') return;
  const code = isFreeCode(NRF52832_KEY_ADDRESS, NRF52832_PAGE_BYTES);
  if ((await session.evaluate(code)) === true) return;
  throw new Trouble('wrong-board', {
    board: `${name} (0x${NRF52832_KEY_ADDRESS.toString(16)} used)`,
    wanted: `${name} (0x${NRF52832_KEY_ADDRESS.toString(16)} free)`,
  });
}
