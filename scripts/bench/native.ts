/*
 * What: how many instructions and cycles the native routine takes on a Cortex-M4, and whether signing takes the same ones
 * for every key.
 * From where to where: the committed ed25519.bin under qemu-arm, one instruction at a time -> counts. Cycles are counted by
 * the timing table of the Cortex-M4 Technical Reference Manual (table 3-1) without wait states: load 2 (1 after a load),
 * store 1, several registers 1 + their number, a taken branch 3, all else 1.
 * Reference: 0.50 M cycles to sign and 1.27 M to verify, the best published for this core (Fujii, Aranha 2017).
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fromHex } from '../../shared/bytes';

const BIN = 'firmware/native/ed25519.bin';
const RUNNER = 'test/firmware/native/run-routine.c';
const CLOCK_KHZ = 64_000;
const MESSAGE_BYTES = 100;
const KEYS = 20;
/** The routine's page is mapped above this address, the runner's own code lies below. */
const RUNNER_END = 0x100_0000;

interface Instruction {
  bytes: number;
  cycles: number;
  isLoad: boolean;
  isBranch: boolean;
}

/** Cycles of an instruction by itself: the table's row of its name. */
function cyclesOf(name: string, operands: string): number {
  const list = /\{(.*)\}/.exec(operands)?.[1];
  if (list) {
    const names = list.split(',').map((part) => part.trim().split('-'));
    const number = (register = '') => Number(/\d+/.exec(register)?.[0] ?? 14);
    const count = names.reduce(
      (sum, [from, to]) => sum + (to ? number(to) - number(from) + 1 : 1),
      0,
    );
    return 1 + count;
  }
  if (/^(ldrd|strd)/.test(name)) return 3;
  return name.startsWith('ldr') ? 2 : 1;
}

/** Every instruction of the file by its offset. */
function disassemble(): Map<number, Instruction> {
  const text = execFileSync(
    'arm-none-eabi-objdump',
    ['-D', '-b', 'binary', '-m', 'arm', '-M', 'force-thumb', BIN],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const found = new Map<number, Instruction>();
  for (const line of text.split('\n')) {
    const parts = /^\s*([0-9a-f]+):\s+((?:[0-9a-f]{4} ?)+)\s+(\S+)\s*(.*)$/.exec(line);
    if (!parts) continue;
    const [, at, code, name, operands] = parts as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    found.set(Number.parseInt(at, 16), {
      bytes: code.replaceAll(' ', '').length / 2,
      cycles: cyclesOf(name, operands),
      isLoad: /^(ldr|ldm|pop)/.test(name),
      isBranch: /^(b|cb|pop|ldm)/.test(name) && !/^(bic|bf)/.test(name),
    });
  }
  return found;
}

interface Trace {
  instructions: number;
  cycles: number;
  /** Hash over the offsets of all instructions, in order. */
  hash: string;
}

/** Runs one call and follows it. */
async function follow(
  runner: string,
  folder: string,
  input: Buffer,
  table: Map<number, Instruction>,
): Promise<Trace> {
  const pipe = join(folder, 'trace');
  rmSync(pipe, { force: true });
  execFileSync('mkfifo', [pipe]);
  const child = spawn(
    'qemu-arm',
    ['-singlestep', '-d', 'exec,nochain', '-D', pipe, runner, BIN, '0'],
    {
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  child.stdin.end(input);
  const hash = createHash('sha256');
  const trace = { instructions: 0, cycles: 0, hash: '' };
  let base = 0;
  let before: Instruction | undefined;
  let expectedAt = 0;
  let offsets: number[] = [];
  for await (const line of createInterface({ input: createReadStream(pipe) })) {
    const address = Number.parseInt(/\/([0-9a-f]{8})\//.exec(line)?.[1] ?? '0', 16);
    if (address < RUNNER_END) continue;
    if (base === 0) base = address;
    const at = address - base;
    const now = table.get(at);
    if (!now) throw new Error(`no instruction at offset ${at.toString(16)}`);
    if (before?.isBranch && at !== expectedAt) trace.cycles += 2;
    trace.instructions++;
    trace.cycles += now.isLoad && before?.isLoad && now.cycles === 2 ? 1 : now.cycles;
    offsets.push(at);
    if (offsets.length === 4096) {
      hash.update(Uint16Array.from(offsets));
      offsets = [];
    }
    before = now;
    expectedAt = at + now.bytes;
  }
  trace.hash = hash.update(Uint16Array.from(offsets)).digest('hex');
  return trace;
}

function callOf(op: number, context: Uint8Array, message: Uint8Array): Buffer {
  const head = Buffer.alloc(136);
  head.writeUInt32LE(op, 0);
  head.writeUInt32LE(message.length, 4);
  head.set(context, 8);
  return Buffer.concat([head, message]);
}

function keyOf(number: number) {
  const seed = createHash('sha256').update(`tallywell bench key ${number}`).digest();
  const der = Buffer.concat([fromHex('302e020100300506032b657004220420'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(12);
  return { seed, privateKey, publicKey };
}

function print(name: string, trace: Trace, reference: number, msMax: number): boolean {
  const ms = trace.cycles / CLOCK_KHZ;
  const ratio =
    reference > 0 ? `${(trace.cycles / reference).toFixed(2)} x ${reference} cycles` : '';
  const isGood = ms <= msMax;
  console.log(
    `${name.padEnd(18)}${String(trace.instructions).padStart(9)} instructions ${String(trace.cycles).padStart(9)} cycles ${ms.toFixed(1).padStart(6)} ms at 64 MHz  ${ratio}${isGood ? '' : `  MORE THAN ${msMax} ms`}`,
  );
  return isGood;
}

/** Prints the counts. Gives whether all bars hold. */
export async function bench(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-bench-'));
  try {
    const runner = join(folder, 'run-routine');
    const flags = [
      '-mcpu=cortex-a7',
      '-marm',
      '-O1',
      '-ffreestanding',
      '-nostdlib',
      '-fno-builtin',
    ];
    execFileSync('arm-none-eabi-gcc', [...flags, '-static', '-o', runner, RUNNER]);
    const table = disassemble();
    const message = new Uint8Array(MESSAGE_BYTES).fill(0x5a);
    const signOf = (number: number) => {
      const key = keyOf(number);
      return follow(
        runner,
        folder,
        callOf(17, Buffer.concat([key.seed, key.publicKey]), message),
        table,
      );
    };
    const first = await signOf(0);
    const key = keyOf(0);
    const signature = sign(null, message, key.privateKey);
    const verifying = await follow(
      runner,
      folder,
      callOf(2, Buffer.concat([key.publicKey, signature]), message),
      table,
    );
    const aes = await follow(runner, folder, callOf(5, key.seed, new Uint8Array(208)), table);
    let isGood = print('sign', first, 500_000, 10);
    isGood = print('verify', verifying, 1_270_000, 32) && isGood;
    isGood = print('AES-256, 13 blocks', aes, 0, 100) && isGood;
    console.log(`file ${readFileSync(BIN).length} of 8192 bytes`);
    let same = 1;
    for (let number = 1; number < KEYS; number++)
      if ((await signOf(number)).hash === first.hash) same++;
    console.log(`the same instructions for ${same} of ${KEYS} keys`);
    return isGood && same === KEYS;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
