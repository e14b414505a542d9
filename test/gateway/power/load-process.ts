/*
 * load-process.ts: the gateway's own engine under a village's load, for the tests that take its power away.
 * Records of several nodes come in at their hours of a clock that runs fast; some are late, some come twice. Each
 * bulletin that goes to the radio is written to the file `bulletins` of the folder, so that its place among the writes
 * of the database is known. Arguments: folder, days, seed.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentClock } from '../../../gateway/edges/clock';
import { createEngine } from '../../../gateway/engine';
import { openBase } from '../../../gateway/opening';
import { radioInMemory } from '../../../scripts/bench/radio-in-memory';
import {
  benchNode,
  benchRegister,
  heardFrame,
  payloadOf,
  START_S,
  signed,
} from '../../../scripts/bench/village-of-records';
import { PORTNUM } from '../../../shared/limits';

const NODES = 6;
const [folder, days, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let state = seed;
/** 0..1, the same for the same seed. */
function chance(): number {
  state = (state * 1103515245 + 12345) % 2 ** 31;
  return state / 2 ** 31;
}

const clock = parentClock();
clock.set(START_S * 1000);
const nodes = Array.from({ length: NODES }, (_, number) => benchNode(number));
const registerFile = join(folder, 'register.json');
writeFileSync(registerFile, JSON.stringify(benchRegister(nodes)));
const options = { dataDir: folder, radios: ['tcp://127.0.0.1:1'], registerFile, log: () => {} };
const bulletins = openSync(join(folder, 'bulletins'), 'a');
const radio = radioInMemory((packet) => {
  const payload = packet.decoded?.payload;
  if (payload && packet.decoded?.portnum === PORTNUM)
    writeSync(bulletins, Buffer.from([payload.length, ...payload]));
});
const base = { ...openBase(options, clock), radios: [{ name: 'memory', open: radio.open }] };
const engine = createEngine(options, base, clock);
engine.begin({
  ...{ afterCommit() {}, tellAll() {}, tellHealth() {}, tellByTime() {} },
  ...{ lag: () => 0, drain: async () => true, goodbye: async () => {} },
});
const oneTurn = () => new Promise((resolve) => setImmediate(resolve));
while (engine.radios.session() !== 'ready') await oneTurn();
writeSync(1, 'ready\n');
/** Frames by the second at which they arrive. */
const arrivals = new Map<number, Uint8Array[]>();
let id = 1;
for (let hour = 0; hour < days * 24 - 4; hour += 1) {
  nodes.forEach((node, number) => {
    const packet = signed(node, payloadOf(node, number, hour));
    const copies = chance() < 0.1 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const lateS = chance() < 0.2 ? chance() * 3 * 3600 : chance() * 600;
      const second = Math.floor((hour + 1) * 3600 + lateS);
      const frame = heardFrame(packet, id, 1000 + number);
      id += 1;
      arrivals.set(second, [...(arrivals.get(second) ?? []), frame]);
    }
  });
}
/** As often as the gateway looks for what is due, s. */
const STEP_S = 5;
for (let second = 0; second < days * 86_400; second += 1) {
  if (second % STEP_S !== 0 && !arrivals.has(second)) continue;
  clock.set((START_S + second) * 1000);
  clock.runDue();
  for (const frame of arrivals.get(second) ?? []) radio.say(frame);
  if (second % 30 === 0) await oneTurn();
}
engine.end();
base.store.close();
closeSync(bulletins);
