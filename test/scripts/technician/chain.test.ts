/*
 * One board from the bag to its label by the built command line: `tallywell practice` as a process (board, its radio, the gateway's
 * radio on one air, a gateway process with a token), a pseudo terminal through serialport, a process a verb; the gateway's API says
 * what arrived; the label is read by an independent decoder (jsQR).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type ChainPlaces,
  chainVerbs,
  type PracticeProcess,
  runChain,
  runVerbProcess,
  startPracticeProcess,
  type VerbEnd,
} from '../../../scripts/bench/technician-chain';
import { readLabelText } from '../../../scripts/technician/label-content';
import { testFolder } from '../../gateway/support/places';
import { hasPython, ptyOfRadio } from '../../gateway/support/pty';
import { decode, readPpm } from './support/read-qr';

type Practice = PracticeProcess['practice'];

async function practiceOf(...args: string[]): Promise<Practice> {
  const { practice, stop } = await startPracticeProcess(args);
  onTestFinished(stop);
  return practice;
}

function placesOf({ radios, gateway }: Practice, port: string, profile: string): ChainPlaces {
  const folder = testFolder();
  return {
    ...{ port, profile, site: 'well-1', siteRadio: radios[0]?.url ?? '' },
    ...{ gatewayRadio: gateway.radio.url, gatewayUrl: gateway.url, tokenFile: gateway.tokenFile },
    ...{ bench: join(folder, 'bench'), label: join(folder, 'label.pdf') },
  };
}

const codesOf = (ends: VerbEnd[]): string[] =>
  ends.map(({ verb, exitCode }) => `${verb} ${exitCode}`);

const saidBy = (ends: VerbEnd[], verb: string) => ends.find((end) => end.verb === verb)?.said;

function outcomesOf(selftest: { parts: { part: string; outcome: string }[] }) {
  return Object.fromEntries(selftest.parts.map(({ part, outcome }) => [part, outcome]));
}

/** Records of a site, as a stranger reads them over HTTP. */
async function recordsAt(gatewayUrl: string, site: string) {
  const answer = await fetch(new URL(`/api/v1/sites/${site}/records`, gatewayUrl));
  // biome-ignore lint/suspicious/noExplicitAny: JSON of another program
  return ((await answer.json()) as { records: any[] }).records;
}

const hasPoppler = spawnSync('pdftoppm', ['-v']).error === undefined;
if (!hasPoppler) console.warn('SKIPPED: pdftoppm is not installed: the label is not looked at');

function expectLabel(label: string, publicKey: string): void {
  if (!hasPoppler) return;
  const picture = label.replace('.pdf', '');
  execFileSync('pdftoppm', ['-r', '200', '-singlefile', label, picture]);
  const text = decode(readPpm(`${picture}.ppm`));
  expect(readLabelText(text ?? '')).toMatchObject({ publicKey, site: 'well-1' });
}

describe.skipIf(!hasPython())('flash, provision, radio, register, selftest, label', () => {
  it('of one board over a serial port: all exit 0, and its record went over the mesh to the gateway', async () => {
    const practice = await practiceOf('--seed', '7');
    const pty = await ptyOfRadio(practice.boards[0].url);
    const places = placesOf(practice, pty.path, 'water-point-xiao');
    const { pod, board } = await runChain(places);
    for (const { verb, seconds } of [...pod, ...board])
      console.log(`${verb} ${seconds.toFixed(1)} s`);
    expect(codesOf(pod)).toEqual(['pod 0', 'radio 0']);
    expect(codesOf(board)).toEqual([
      ...['flash 0', 'provision 0', 'radio 0', 'register 0', 'selftest 0', 'label 0'],
    ]);
    expect(saidBy(board, 'flash')).toMatchObject({ slot: 'tw.a', proof: 'answered' });
    const { publicKey, keyId } = saidBy(board, 'provision');
    expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
    // A bulletin comes once an hour: what only it tells is not known yet. Everything else passes.
    const outcomes = outcomesOf(saidBy(board, 'selftest'));
    const open = Object.keys(outcomes).filter((part) => outcomes[part] !== 'pass');
    expect(open).toEqual(['bulletin', 'stored']);
    expect(outcomes).toMatchObject({ link: 'pass', channel: 'pass', registered: 'pass' });
    expect(saidBy(board, 'selftest').parts.at(-1)).toMatchObject({
      ...{ part: 'heard', outcome: 'pass', value: expect.stringMatching(/^-\d+ dBm, hops: 0$/) },
    });
    expect(await recordsAt(places.gatewayUrl, 'well-1')).toMatchObject([
      { key: keyId, epoch: 1, seq: 1, event: 'started', verified: true },
    ]);
    // It came from the radio that hangs on the board.
    const [record] = await recordsAt(places.gatewayUrl, 'well-1');
    expect(record.received.radio).toBe(practice.radios[0].device);
    const token = readFileSync(places.tokenFile, 'utf8').trim();
    expect(JSON.stringify([pod, board])).not.toContain(token);
    expectLabel(places.label, publicKey);
    // Again: nothing is sent twice, nothing is made twice; the record that is there is enough.
    const verbs = chainVerbs(places);
    expect((await runVerbProcess(places.bench, verbs[0])).said).toMatchObject({ sent: [] });
    expect((await runVerbProcess(places.bench, verbs[1])).said).toMatchObject({ wasSame: true });
    expect((await runVerbProcess(places.bench, verbs[4])).exitCode).toBe(0);
    expect(await recordsAt(places.gatewayUrl, 'well-1')).toHaveLength(1);
  }, 240_000);
});

it('a board with a radio chip of its own: its record arrives, too; before, nothing is registered', async () => {
  const practice = await practiceOf('--board', 'xiao-lora');
  const places = placesOf(practice, practice.boards[0].url, 'water-point-xiao-lora');
  const run = (verb: string[]) => runVerbProcess(places.bench, verb);
  const [flash, provision, , register, selftest] = chainVerbs(places);
  const region = ['--region', 'EU_868', '--new-channel-key'];
  await run(['pod', '--gateway', places.gatewayUrl, ...region]);
  await run(['radio', '--for', 'gateway', '--port', places.gatewayRadio]);
  expect(codesOf([await run(flash), await run(provision)])).toEqual(['flash 0', 'provision 0']);
  const early = await run(selftest);
  expect(early.exitCode).toBe(70);
  expect(outcomesOf(early.said)).toMatchObject({ link: 'pass', registered: 'fail' });
  expect((await run(register)).exitCode).toBe(0);
  const tested = await run(selftest);
  expect(tested.exitCode).toBe(0);
  expect(outcomesOf(tested.said)).toMatchObject({ link: 'pass', heard: 'pass' });
  expect(await recordsAt(places.gatewayUrl, 'well-1')).toHaveLength(1);
}, 240_000);
