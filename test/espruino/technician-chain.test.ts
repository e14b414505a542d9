/*
 * The built command line against the real interpreter (env ESPRUINO) at a pseudo terminal, through serialport: real console,
 * real packets, real Storage, the real loader starts the real program, which answers `tw`.
 * What a file `.boot0` stands in for, since Linux has none of it: the board's name and serial number, registers of the chip,
 * the key's page, the native routine (ARM code; here it signs nothing).
 * Its file is put there as text. Storage has 256 KB here: a XIAO's journal does not
 * fit, so provision must end there with storage-full, after the node made its key.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { XIAO_KEY_ADDRESS, XIAO_STORAGE_ADDRESS } from '../../firmware/node-limits';
import { runVerbProcess } from '../../scripts/bench/technician-chain';
import { openBench } from '../../scripts/technician/bench-folder';
import { openBoard } from '../../scripts/technician/board/espruino-board';
import { newChannelKey, writeChannelKey, writePod } from '../../scripts/technician/pod-file';
import { freshFolder, POD } from '../scripts/technician/support/bench-kit';
import { startBenchBoard } from './bench-board';
import { espruinoPath, HANGING_MS } from './interpreter';

const PIECE_BYTES = 1536;
/** Of Storage in the Linux build. */
const LINUX_STORAGE_ADDRESS = 0x10000000;

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
write:function(d,a){if(a==${XIAO_KEY_ADDRESS})r("Storage").write("key.page",d)},
getFree:function(){return[]}};
return function(n){return n=="Flash"?F:r(n)}})(linux.require);
`;

test.skipIf(!espruinoPath)(
  'flash, key and self-test by the command line; what has no room there is said',
  async () => {
    const board = await startBenchBoard();
    const folder = join(freshFolder(), 'bench');
    writePod(openBench(folder).folder, POD);
    writeChannelKey(folder, newChannelKey());
    const port = ['--port', board.path];
    const flash = ['flash', ...port, '--profile', 'water-point-xiao'];
    const refused = await runVerbProcess(folder, flash);
    expect(refused).toMatchObject({ exitCode: 20, said: { error: { code: 'wrong-board' } } });

    const session = await openBoard(board.path);
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
    await session.close();

    const flashed = await runVerbProcess(folder, flash);
    expect(flashed.said).toMatchObject({ slot: 'tw.a', proof: 'answered', board: 'XIAOBLE' });
    expect(flashed.exitCode).toBe(0);
    expect((await runVerbProcess(folder, flash)).said).toMatchObject({ sent: [] });

    const node = await openBoard(board.path);
    expect(await node.node('id')).toMatchObject({ site: null, key: 'erased', board: 'XIAOBLE' });
    await node.close();

    const site = ['provision', ...port, '--site', 'well-1', '--pulse-ul', '2222'];
    const provisioned = await runVerbProcess(folder, site);
    expect(provisioned).toMatchObject({ exitCode: 23, said: { error: { code: 'storage-full' } } });
    const keyed = await openBoard(board.path);
    expect(await keyed.node('id')).toMatchObject({ key: 'good' });
    await keyed.close();

    const tested = await runVerbProcess(folder, ['selftest', ...port, '--offline']);
    expect(tested.exitCode).toBe(70);
    const outcomes = Object.fromEntries(
      tested.said.parts.map(({ part, outcome }: { part: string; outcome: string }) => [
        part,
        outcome,
      ]),
    );
    expect(outcomes).toMatchObject({ randomness: 'pass', configuration: 'fail', clock: 'pass' });
  },
  HANGING_MS,
);
