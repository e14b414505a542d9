/*
 * One script, two places: plays it with a firmware on the virtual board in Node and in the real
 * interpreter. From: a bundle's text and script lines. To: the transcripts, for comparison.
 */
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { installBundle } from '../../hardware/virtual/run-bundle';
import { lowered, runEspruino } from './interpreter';
import { createReplayBoard, GLOBAL_NAMES, replay } from './replay';

/** What a transcript needs: the board's seed, the firmware's text, the script. */
export interface Play {
  seed: number;
  bundle: string;
  script: string[];
}

/** The transcript in Node: a fresh node:vm context, signing with noble. */
export function playInNode(play: Play): string[] {
  const board = createReplayBoard(play.seed, createNobleEd25519());
  const lines: string[] = [];
  installBundle(board.board, play.bundle);
  replay(board, play.script, (line) => lines.push(line));
  return lines;
}

const MAIN = `
import { createEs5Ed25519 } from '../../hardware/virtual/board/ed25519-es5';
import { createReplayBoard, globalValues, replay } from './replay';
declare const FIRMWARE: any, SCRIPT: any, SEED: any, print: any, E: any;
const hostPrint = print;
const board = createReplayBoard(SEED, createEs5Ed25519(function (a, b, o) { return E.convolve(a, b, o); }));
board.board.onBoot(function () { FIRMWARE.apply(null, globalValues(board.board)); });
replay(board, SCRIPT, function (line) { hostPrint('@' + line); });
`;

/** The transcript in the real interpreter: the bundle inside a wrapping function, ES5 signing. */
export async function playInEspruino(play: Play): Promise<string[]> {
  const harness = await lowered(MAIN, import.meta.dirname);
  const wrapped = `var FIRMWARE=function(${GLOBAL_NAMES.split(' ').join(',')}){\n${play.bundle}\n};`;
  const script = `var SEED=${play.seed},SCRIPT=[\n${play.script.map((line) => JSON.stringify(line)).join(',\n')}];`;
  return runEspruino(`${script}\n${wrapped}\n${harness}`);
}
