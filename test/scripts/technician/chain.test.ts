/*
 * One board from the bag to its label by the built command line: processes, a pseudo terminal through serialport, a gateway
 * process with a radio of the official protobufs, the label read by an independent decoder (jsQR).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  addTechnicianToken,
  type ChainPlaces,
  chainVerbs,
  runChain,
  runVerbProcess,
  startGatewayProcess,
} from '../../../scripts/bench/technician-chain';
import { readLabelText } from '../../../scripts/technician/label-content';
import { startOracleRadio } from '../../gateway/support/oracle-radio';
import { testFolder, until } from '../../gateway/support/places';
import { hasPython, ptyOfRadio } from '../../gateway/support/pty';
import { freshBoard } from './board/board-kit';
import { decode, readPpm } from './support/read-qr';

async function chainPlaces(port: string): Promise<ChainPlaces> {
  const data = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGatewayProcess(data, radio.url);
  onTestFinished(() => gateway.stop());
  await until(radio.isReady);
  const tokenFile = join(testFolder(), 'token');
  writeFileSync(tokenFile, await addTechnicianToken(data));
  const bench = join(testFolder(), 'bench');
  const label = join(testFolder(), 'label.pdf');
  const places = { profile: 'water-point-xiao', site: 'well-1', gatewayUrl: gateway.url };
  return { ...places, port, bench, tokenFile, label };
}

const hasPoppler = spawnSync('pdftoppm', ['-v']).error === undefined;
if (!hasPoppler) console.warn('SKIPPED: pdftoppm is not installed: the label is not looked at');

describe.skipIf(!hasPython())('flash, provision, selftest, register, label', () => {
  it('of one board over a serial port: exit codes, what was said, what the gateway knows, the label', async () => {
    const pty = await ptyOfRadio((await freshBoard('xiao')).url);
    const places = await chainPlaces(pty.path);
    const ends = await runChain(places);
    const codes = ends.map(({ verb, exitCode }) => `${verb} ${exitCode}`);
    expect(codes).toEqual([
      ...['pod 0', 'flash 0', 'provision 0', 'selftest 70', 'register 0', 'label 0'],
    ]);
    const said = Object.fromEntries(ends.map((end) => [end.verb, end.said]));
    expect(said.flash).toMatchObject({ slot: 'tw.a', proof: 'answered' });
    const { publicKey } = said.provision;
    expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
    // The board has no radio at its serial port, and the gateway does not know it yet: nothing else is wrong.
    const failed = said.selftest.parts.filter(
      (part: { outcome: string }) => part.outcome === 'fail',
    );
    expect(failed.map(({ part }: { part: string }) => part)).toEqual(['link', 'registered']);
    expect(said.register).toMatchObject({ changed: ['well-1'] });
    const known = await fetch(new URL('/api/v1/sites/well-1', places.gatewayUrl));
    expect(await known.json()).toMatchObject({ site: 'well-1', name: 'Puits du marché' });
    const token = readFileSync(places.tokenFile, 'utf8').trim();
    expect(JSON.stringify(ends)).not.toContain(token);
    if (hasPoppler) {
      const picture = places.label.replace('.pdf', '');
      execFileSync('pdftoppm', ['-r', '200', '-singlefile', places.label, picture]);
      const text = decode(readPpm(`${picture}.ppm`));
      expect(readLabelText(text ?? '')).toMatchObject({ publicKey, site: 'well-1' });
    }
    // Again: nothing is sent twice, nothing is made twice.
    const [flash = [], provision = []] = chainVerbs(places);
    expect((await runVerbProcess(places.bench, flash)).said).toMatchObject({ sent: [] });
    expect((await runVerbProcess(places.bench, provision)).said).toMatchObject({ wasSame: true });
  }, 120_000);
});
