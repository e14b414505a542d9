/*
 * The built command line against the real interpreter (env ESPRUINO) at a pseudo terminal, through serialport: real console,
 * real packets, real Storage, the real loader starts the real program, which answers `tw`.
 * What a file `.boot0` stands in for, since Linux has none of it: the board's name and serial number, registers of the chip,
 * the key's page, the native routine (ARM code; here it signs nothing).
 * Its file is put there as text. Where Storage was built with 2 MB, as much as a XIAO's chip outside has, the way goes on to the
 * gateway and the label. With the 256 KB of the usual Linux build a XIAO's journal does not fit: provision must say so.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  XIAO_KEY_ADDRESS,
  XIAO_PAGE_BYTES,
  XIAO_STORAGE_ADDRESS,
} from '../../firmware/node-limits';
import {
  addTechnicianToken,
  runVerbProcess,
  startGatewayProcess,
  type VerbEnd,
} from '../../scripts/bench/technician-chain';

import { openBoard } from '../../scripts/technician/board/espruino-board';

import { startOracleRadio } from '../gateway/support/oracle-radio';
import { freshFolder } from '../scripts/technician/support/bench-kit';
import { startBenchBoard } from './bench-board';
import { espruinoPath, HANGING_MS } from './interpreter';

const PIECE_BYTES = 1536;
/** Of Storage in the Linux build. */
const LINUX_STORAGE_ADDRESS = 0x10000000;
/** Of flash on Linux. */
const LINUX_PAGE_BYTES = 1024;

/** The key's page is the file "key.page"; flash of Storage is read where Linux has it. */
const STAND_INS = `
var linux={version:process.env.VERSION,require:require};
process={env:{BOARD:"XIAOBLE",VERSION:linux.version},memory:function(){return{total:14000,free:9000}},on:function(){}};
global.getSerial=function(){return"00c0ffee-00000001"};
global.NRF={sleep:function(){},getBattery:function(){return 3.3}};
global.peek32=function(){return 0};
global.poke32=function(){};
global.analogRead=function(){return 0.4};
E.nativeCall=function(){return function(){return 1}};
E.getAnalogVRef=function(){return 3.3};
E.enableWatchdog=function(){};
E.kickWatchdog=function(){};
global.require=(function(r){
var F={
read:function(n,a){
var b=new Uint8Array(n),i,s;
if(a>=${XIAO_STORAGE_ADDRESS})return r("Flash").read(n,a-${XIAO_STORAGE_ADDRESS - LINUX_STORAGE_ADDRESS});
b.fill(255);s=a==${XIAO_KEY_ADDRESS}?r("Storage").read("key.page"):undefined;
if(s)for(i=0;i<s.length&&i<n;i++)b[i]=s.charCodeAt(i);
return b},
write:function(d,a){
if(a>=${XIAO_STORAGE_ADDRESS})return r("Flash").write(d,a-${XIAO_STORAGE_ADDRESS - LINUX_STORAGE_ADDRESS});
if(a==${XIAO_KEY_ADDRESS})r("Storage").write("key.page",d)},
erasePage:function(a){
var p;
if(a>=${XIAO_STORAGE_ADDRESS})for(p=0;p<${XIAO_PAGE_BYTES};p+=${LINUX_PAGE_BYTES})r("Flash").erasePage(a+p-${XIAO_STORAGE_ADDRESS - LINUX_STORAGE_ADDRESS});
if(a==${XIAO_KEY_ADDRESS})r("Storage").erase("key.page")},
getFree:function(){return[]}};
return function(n){return n=="Flash"?F:r(n)}})(linux.require);
`;

/** Storage that holds the journal of a XIAO besides its program, bytes. */
const ROOM_BYTES = 1_000_000;

/** What the chip has and Linux has not, put there once; resolves when it stands in. */
async function standIn(path: string): Promise<number> {
  const session = await openBoard(path);
  // Byte 4 ends this build of the interpreter: the routine goes as text.
  const routine = readFileSync('firmware/native/ed25519.bin');
  for (let at = 0; at < routine.length; at += PIECE_BYTES) {
    const piece = routine.subarray(at, at + PIECE_BYTES).toString('base64');
    const write = `require("Storage").write("ed25519",atob("${piece}"),${at},${routine.length})`;
    await session.evaluate(write);
  }
  await session.write('.boot0', Buffer.from(STAND_INS));
  await session.restart();
  expect(await session.evaluate('process.env.BOARD')).toBe('XIAOBLE');
  const room = await session.evaluate('require("Storage").getFree()');
  await session.close();
  return Number(room);
}

/** What the node says of itself. */
async function askNode(path: string): Promise<unknown> {
  const node = await openBoard(path);
  const said = await node.node('id');
  await node.close();
  return said;
}

function outcomesOf(tested: VerbEnd): Record<string, string> {
  const parts = tested.said.parts as { part: string; outcome: string }[];
  return Object.fromEntries(parts.map(({ part, outcome }) => [part, outcome]));
}

/** A gateway of its own process and a token for it. */
async function village(folder: string) {
  const data = join(folder, 'gateway');
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGatewayProcess(data, radio.url);
  onTestFinished(() => gateway.stop());
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, await addTechnicianToken(data), { mode: 0o600 });
  return { gateway, token: ['--gateway', gateway.url, '--token-file', tokenFile] };
}

test.skipIf(!espruinoPath)(
  'flash, provision, self-test, register and label by the command line; what has no room is said',
  async () => {
    const board = await startBenchBoard();
    const folder = freshFolder();
    const bench = join(folder, 'bench');
    const { gateway, token } = await village(folder);
    const pod = await runVerbProcess(bench, ['pod', ...token, '--new-channel-key']);
    expect(pod.exitCode).toBe(0);
    const port = ['--port', board.path];
    const flash = ['flash', ...port, '--profile', 'water-point-xiao'];
    const refused = await runVerbProcess(bench, flash);
    expect(refused).toMatchObject({ exitCode: 20, said: { error: { code: 'wrong-board' } } });
    const hasRoom = (await standIn(board.path)) >= ROOM_BYTES;

    const flashed = await runVerbProcess(bench, flash);
    expect(flashed.said).toMatchObject({ slot: 'tw.a', proof: 'answered', board: 'XIAOBLE' });
    expect(flashed.exitCode).toBe(0);
    const again = await runVerbProcess(bench, flash);
    expect(again.said).toMatchObject({ sent: [] });
    expect(await askNode(board.path)).toMatchObject({ site: null, key: 'erased' });

    const site = ['provision', ...port, '--site', 'well-1', '--pulse-ul', '2222'];
    const provisioned = await runVerbProcess(bench, site);
    if (!hasRoom) {
      console.warn('NOT RUN: register and label; this ESPRUINO has no 2 MB of Storage');
      expect(provisioned).toMatchObject({
        exitCode: 23,
        said: { error: { code: 'storage-full' } },
      });
      expect(await askNode(board.path)).toMatchObject({ key: 'good' });
      const tested = await runVerbProcess(bench, ['selftest', ...port, '--offline']);
      expect(outcomesOf(tested)).toMatchObject({ randomness: 'pass', configuration: 'fail' });
      return;
    }
    expect(provisioned.exitCode, provisioned.stderr).toBe(0);
    expect(await askNode(board.path)).toMatchObject({ site: 'well-1', key: 'good' });

    const registered = await runVerbProcess(bench, ['register', ...token]);
    expect(registered.exitCode, registered.stderr).toBe(0);
    const told = await fetch(new URL('/api/v1/sites/well-1', gateway.url));
    expect(told.status).toBe(200);

    const tested = await runVerbProcess(bench, ['selftest', ...port, ...token]);
    // ARM code cannot sign here, and no radio hangs at the board; all else is the real interpreter's.
    expect(outcomesOf(tested)).toEqual({
      ...{ configuration: 'pass', key: 'pass', journal: 'pass', sensors: 'pass', pulses: 'pass' },
      ...{ memory: 'pass', randomness: 'pass', clock: 'pass', battery: 'pass', voltage: 'pass' },
      ...{ registered: 'pass', signing: 'fail', link: 'fail' },
      ...{ heard: 'unknown', stored: 'unknown', bulletin: 'unknown' },
    });
    expect(tested.exitCode).toBe(70);

    const out = join(folder, 'label.svg');
    const labelled = await runVerbProcess(bench, ['label', '--site', 'well-1', '--out', out]);
    expect(labelled.exitCode, labelled.stderr).toBe(0);
    const chain = [flashed, provisioned, registered, tested, labelled];
    const seconds = chain.reduce((sum, { seconds: of }) => sum + of, 0);
    const each = chain.map(({ verb, seconds: of }) => `${verb} ${of.toFixed(1)}`).join(', ');
    console.log(`machine time ${seconds.toFixed(1)} s: ${each}`);
  },
  HANGING_MS,
);
