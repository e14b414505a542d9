/*
 * What: how long the node's own JavaScript takes: the water point's bundle in the real interpreter on Linux, whose time a
 * nRF52 multiplies by about 110.
 * From where to where: dist/firmware/water-point.js, ESPRUINO -> a table; hardware/energy/activity.ts holds the figures.
 * Source of the factor: instructions counted under qemu and two published times on silicon; see docs/bench.md, which says
 * how to measure it on a board.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInterpreter } from '../build/boot-memory';

/** An nRF52 at 64 MHz against this machine's Linux interpreter. */
const SLOWER = 110;

const HARNESS = `
var base=0x6c000,mem=new Uint8Array(6*4096),pulses=0,T=1,periodic=[],sent=0,onData=function(){};
mem.fill(255);
var JOURNAL="";for(var i=0;i<20;i++)JOURNAL+="${'j'.repeat(1024)}";
var files={"tw.cfg":JSON.stringify({site:"wp-01",kind:1,slot:21,gatewayKey:"${'09'.repeat(32)}",gatewayNode:85,keyId:"01020304",calibrationId:1,pulseUl:2222}),ed25519:"code",journal:JOURNAL};
var native=E,KEY=new Uint8Array(72),seal=E.CRC32(new Uint8Array(68));KEY.set([seal&255,seal>>8&255,seal>>16&255,seal>>>24],68);
var fakeE={setConsole:function(){},setFlags:function(){},enableWatchdog:function(){},kickWatchdog:function(){},on:function(){},
 hwRand:native.hwRand,CRC32:native.CRC32,toUint8Array:native.toUint8Array,toString:native.toString,getAddressOf:function(){return base},nativeCall:function(){return function(){return 1}},toFlatString:native.toFlatString,toArrayBuffer:native.toArrayBuffer};
var modules={Storage:{read:function(n){return files[n]}},Flash:{read:function(l,a){if(a==0x6b000)return KEY;return new Uint8Array(mem.subarray(a-base,a-base+l))},write:function(b,a){mem.set(b,a-base)},erasePage:function(a){mem.fill(255,a-base,a-base+4096)}}};
var fake={global:{},E:fakeE,require:function(n){return modules[n]},setInterval:function(f,ms){periodic.push([ms,f]);return 1},setTimeout:function(f){f();return 1},setWatch:function(){},
 getTime:function(){return T},peek32:function(){return pulses},poke32:function(){},pinMode:function(){},process:{on:function(){},env:{}},print:function(){},NRF:{getBattery:function(){return 3},sleep:function(){}},
 Serial1:{setup:function(){},on:function(e,f){onData=f},write:function(b){sent+=b.length}},D2:2,D3:3,D4:4,D6:6,D8:8};
FIRMWARE(fake.global,fake.E,fake.require,fake.setInterval,fake.setTimeout,fake.setWatch,fake.getTime,fake.peek32,fake.poke32,fake.pinMode,fake.process,fake.print,fake.NRF,fake.Serial1,2,3,4,6,8);
function by(ms){var a=periodic.filter(function(p){return p[0]==ms});return a[0][1]}
var tick=by(10000),send=by(60000),look=by(15000);
var sums={};
function time(name,f){var t=getTime();f();t=getTime()-t;var s=sums[name]||[0,0];s[0]+=t;s[1]++;sums[name]=s;}
for(var k=1;k<=360*6;k++){T=1+k*10;if(k%2)pulses+=37;var name=k%360==0?"record":k%30==0?"save":k%2?"tick, water":"tick, quiet";time(name,tick);
 if(k%6==0)time("sender asks",send);time("link looks",look);}
Object.keys(sums).forEach(function(n){print("@"+n+"|"+sums[n][0]*1e6/sums[n][1]+"|"+sums[n][1])});
`;

/** Prints the table. Gives whether there was an interpreter to measure with. */
export async function bench(): Promise<boolean> {
  const binary = process.env.ESPRUINO;
  if (!binary) {
    console.error('ESPRUINO is not set: give the path of an Espruino 2v29 for Linux');
    return false;
  }
  const bundle = readFileSync('dist/firmware/water-point.js', 'utf8');
  const names =
    'global,E,require,setInterval,setTimeout,setWatch,getTime,peek32,poke32,pinMode,process,print,NRF,Serial1,D2,D3,D4,D6,D8';
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-bench-'));
  writeFileSync(
    join(folder, 'bench.js'),
    `var FIRMWARE=function(${names}){\n${bundle}\n};\n${HARNESS}\nquit();\n`,
  );
  const text = await runInterpreter(binary, folder, ['bench.js'], '');
  rmSync(folder, { recursive: true, force: true });
  const rows = [...text.matchAll(/@([^|\n]+)\|([\d.]+)\|(\d+)/g)];
  if (rows.length === 0) throw new Error(`the interpreter gave no figures:\n${text.slice(-2000)}`);
  console.log('what                 this machine, us   nRF52 about, ms   measured');
  for (const [, what, us, count] of rows) {
    const ms = ((Number(us) * SLOWER) / 1000).toFixed(1);
    console.log(
      `${what.padEnd(20)} ${Number(us).toFixed(0).padStart(16)} ${ms.padStart(17)} ${count.padStart(10)}`,
    );
  }
  return true;
}
