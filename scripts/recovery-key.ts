/*
 * recovery-key.ts: the verbs `tallywell recovery-key make | drill | show | new-gateway`.
 * Way: words on paper <-> facts of the database that the gateway reads. The words are shown once and kept nowhere.
 * They come from standard input only, never from the command line. Described in docs/recovery.md.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { makeGatewayKeyNotice } from '../gateway/core/gateway-key-notice';
import { recoverySheet } from '../gateway/core/recovery-sheet';
import { isTopicWord } from '../gateway/core/register';
import { replaceGatewayKey, writeSecretFile } from '../gateway/edges/key';
import { readFromPerson } from '../gateway/edges/person';
import { qrLines, qrSvg } from '../gateway/edges/qr';
import {
  makeRecoveryWords,
  type RecoveryKey,
  readRecoveryWords,
  recoveryKeyOf,
} from '../gateway/edges/recovery-words';
import { type Facts, openFacts } from '../gateway/edges/store/facts';
import { META_GATEWAY_KEY, META_POD } from '../gateway/edges/store/store';
import { CLOCK_PLAUSIBLE_FROM_MS } from '../gateway/limits/clock';
import {
  fingerprintOf,
  META_NOTICE,
  META_RECOVERY_DRILLED,
  META_RECOVERY_KEY,
  META_RECOVERY_MADE,
  recoveryView,
} from '../gateway/recovery';
import { fromHex, toHex } from '../shared/bytes';
import { decodeGatewayKeyNotice } from '../shared/gateway-key';
import { splitSigned } from '../shared/record';
import { addDataFlags, type DataFlags, dataFolderOf } from './data-folder';

interface Flags {
  data: string;
  pod?: string;
  out?: string;
  replace?: boolean;
  publicKey?: string;
  time?: string;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function factsIn(folder: string): Facts {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return openFacts(join(folder, 'gateway.sqlite'));
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}

/** Asks for the words. Throws: an Error in words for people, which never repeats what was typed. */
async function askForKey(): Promise<RecoveryKey> {
  const text = await readFromPerson(
    'The 24 words of the recovery key, or what the QR code says (then Enter):\n',
    (so) => (so.match(/[A-Za-z]+/g) ?? []).length >= 24,
  );
  const words = readRecoveryWords(text);
  if ('wrong' in words) throw new Error(`${words.wrong}. Look at the sheet and try again`);
  return recoveryKeyOf(words);
}

function showWords(words: string[]): void {
  const rows = Array.from({ length: 6 }, (_, row) =>
    [0, 6, 12, 18]
      .map((column) => `${String(row + column + 1).padStart(2)} ${words[row + column].padEnd(10)}`)
      .join(' '),
  );
  say(`\n${rows.join('\n')}\n\n${qrLines(words.join(' '))}\n`);
}

function make(flags: Flags): void {
  const isTerminal = process.stdout.isTTY === true;
  if (!isTerminal && flags.out === undefined) {
    throw new Error(
      'the words would go into a file or a log: run this in a terminal, or give --out sheet.html',
    );
  }
  if (flags.out !== undefined && existsSync(flags.out)) {
    throw new Error(`${flags.out} is there already: give the name of a new file`);
  }
  const facts = factsIn(flags.data);
  const known = facts.read(META_RECOVERY_KEY);
  if (known !== undefined && !flags.replace) {
    throw new Error(
      'the pod has a recovery key. If its sheet is lost: --replace makes another, and every node must be provisioned with it',
    );
  }
  const pod = flags.pod ?? String(facts.read(META_POD) ?? 'pod');
  if (!isTopicWord(pod)) throw new Error(`pod "${pod}": 1 to 64 of letters, digits, '-', '_'`);
  const words = makeRecoveryWords();
  const { publicKey } = recoveryKeyOf(words);
  const [hex, fingerprint] = [toHex(publicKey), fingerprintOf(publicKey)];
  if (flags.out !== undefined) {
    const made = new Date().toISOString().slice(0, 10);
    const qr = qrSvg(words.join(' '));
    writeSecretFile(
      flags.out,
      recoverySheet({ pod, words, qr, publicKey: hex, fingerprint, made }),
    );
  }
  facts.write({
    [META_RECOVERY_KEY]: hex,
    [META_RECOVERY_MADE]: nowS(),
    [META_RECOVERY_DRILLED]: null,
  });
  facts.close();
  if (isTerminal) showWords(words);
  if (flags.out !== undefined) {
    say(`Print ${flags.out} twice, then delete it: whoever has the words can take over the pod.`);
  } else
    say('Write the words down, with their numbers. They are shown this once and kept nowhere.');
  say(`fingerprint  ${fingerprint}`);
  say(`recoveryKey  ${hex}`);
  say(
    'Every node is provisioned with this recoveryKey. Try the sheet now: tallywell recovery-key drill',
  );
}

async function drill(flags: Flags): Promise<void> {
  const facts = factsIn(flags.data);
  const known = facts.read(META_RECOVERY_KEY);
  if (known === undefined) throw new Error('the pod has no recovery key yet: make one first');
  const key = await askForKey();
  if (toHex(key.publicKey) !== known) {
    throw new Error(
      `these words are another pod's key (${fingerprintOf(key.publicKey)}), this pod's is ${fingerprintOf(fromHex(String(known)))}`,
    );
  }
  facts.write({ [META_RECOVERY_DRILLED]: nowS() });
  facts.close();
  say(
    `Good. The words are the recovery key of this pod (${fingerprintOf(key.publicKey)}). Nothing was sent.`,
  );
}

function show(flags: Flags): void {
  const facts = factsIn(flags.data);
  const { publicKey, fingerprint, made, drilled } = recoveryView(facts.read, null);
  const gatewayKey = facts.read(META_GATEWAY_KEY);
  facts.close();
  if (gatewayKey !== undefined)
    say(`gateway key  ${gatewayKey}\n             ${fingerprintOf(fromHex(String(gatewayKey)))}`);
  if (publicKey === null) {
    say('no recovery key was made yet');
    return;
  }
  const day = (atS: number | null) =>
    atS === null ? 'never' : new Date(atS * 1000).toISOString().slice(0, 10);
  say(`fingerprint  ${fingerprint}\nrecoveryKey  ${publicKey}`);
  say(`made         ${day(made)}\nlast drill   ${day(drilled)}`);
}

/** The time for the announcement's number, Unix s. Throws: when this machine cannot know it. */
function announcementTimeS(flags: Flags): number {
  const timeMs = flags.time === undefined ? Date.now() : Date.parse(flags.time);
  if (!Number.isFinite(timeMs))
    throw new Error(`--time ${flags.time}: write it like 2026-11-24T12:30Z`);
  if (timeMs < CLOCK_PLAUSIBLE_FROM_MS) {
    throw new Error('this machine does not know the time: give it with --time 2026-11-24T12:30Z');
  }
  return Math.floor(timeMs / 1000);
}

/** Number of the announcement this database knows of; 0 = none. */
function knownNumber(facts: Facts): number {
  const text = facts.read(META_NOTICE);
  const parts = text === undefined ? 'none' : splitSigned(fromHex(String(text)));
  const notice = typeof parts === 'string' ? parts : decodeGatewayKeyNotice(parts.payload);
  return typeof notice === 'string' ? 0 : notice.sequence;
}

async function newGateway(flags: Flags): Promise<void> {
  const timeS = announcementTimeS(flags);
  const keyPath = join(flags.data, 'gateway.key');
  if (existsSync(keyPath) && !flags.replace) {
    throw new Error(
      `${keyPath} is there: this folder has a gateway key. If somebody may have copied it, --replace makes a new one`,
    );
  }
  const facts = factsIn(flags.data);
  const known = facts.read(META_RECOVERY_KEY) ?? flags.publicKey?.toLowerCase();
  const key = await askForKey();
  const [hex, fingerprint] = [toHex(key.publicKey), fingerprintOf(key.publicKey)];
  if (known !== undefined && known !== hex) {
    throw new Error(`these words are another pod's key (${fingerprint}): nothing was changed`);
  }
  // Nodes take only a number above all they have heard: the second in which it is made, which only rises.
  const sequence = Math.max(knownNumber(facts) + 1, timeS);
  const publicKey = replaceGatewayKey(keyPath);
  const packet = makeGatewayKeyNotice({ sequence, validFromS: 0, publicKey }, key.sign);
  facts.write({
    [META_GATEWAY_KEY]: toHex(publicKey),
    [META_RECOVERY_KEY]: hex,
    [META_RECOVERY_MADE]: facts.read(META_RECOVERY_MADE) ?? timeS,
    [META_RECOVERY_DRILLED]: timeS,
    [META_NOTICE]: toHex(packet),
  });
  facts.close();
  say(
    `This gateway has a new key, signed by the recovery key ${fingerprint}. Compare that with the sheet.`,
  );
  say(
    `It was made ${new Date(timeS * 1000).toISOString()}. If that time is far too early, run this again with --time.`,
  );
  say(
    'Start the gateway with the register of the pod, and set its clock. The nodes hear of the key within a day.',
  );
}

/** Adds the verb `recovery-key` to the program. */
export function registerRecoveryKeyCommand(program: Command): void {
  const verb = program
    .command('recovery-key')
    .description('The paper with which a new gateway can replace a stolen one.');
  const add = (name: string, text: string, run: (flags: Flags) => void | Promise<void>) =>
    addDataFlags(verb.command(name).description(text)).action(async (flags: Flags & DataFlags) => {
      try {
        await run({ ...flags, data: dataFolderOf(flags).data });
      } catch (error) {
        process.stderr.write(`recovery-key: ${(error as Error).message}\n`);
        process.exitCode = 1;
      }
    });
  add('make', 'Make it, show its 24 words once, keep only the public half.', make)
    .option('--out <file>', 'write a sheet to print (HTML); delete it after printing')
    .option('--pod <name>', 'name of the pod on the sheet')
    .option('--replace', 'make another one: every node must be provisioned with it');
  add('drill', 'Prove that the words on paper fit. Sends nothing.', drill);
  add('show', 'Show the public half, for provisioning nodes, and the last drill.', show);
  add('new-gateway', 'Make this computer the pod’s new gateway, with the words.', newGateway)
    .option('--public-key <hex>', 'public half from the sheet: refuse any other words')
    .option('--time <iso>', 'the time now, when this machine does not know it')
    .option(
      '--replace',
      'this folder has a gateway key that somebody may have copied: make a new one',
    );
}
