/*
 * batch-gateway.test.ts: a tray that registers at a gateway: the token shows nowhere; the shape of --json; one batch at a time.
 * Processes: the built command line, a gateway with a radio of the official protobufs, virtual boards at TCP ports.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  addTechnicianToken,
  runVerbProcess,
  startGatewayProcess,
} from '../../../scripts/bench/technician-chain';
import { startPractice } from '../../../scripts/technician/practice';
import { readSites } from '../../../scripts/technician/sites';
import { startOracleRadio } from '../../gateway/support/oracle-radio';
import { testFolder, until } from '../../gateway/support/places';
import { freshFolder, readyBench } from './support/bench-kit';
import { formsOf, pdfStreams } from './support/pdf-text';
import { textsOf, tool } from './support/tool';

/** Command lines of all processes there are now. */
function processList(): string {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const lines = ids.map((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      // It has ended.
      return '';
    }
  });
  return lines.join('\n');
}

async function boards(count: number, faults = new Map<number, string>(), seed = 6100) {
  const practice = await startPractice({
    ...{ count, board: 'xiao', faults, firstPort: 0, seed },
  });
  onTestFinished(() => practice.close());
  return practice.boards.map(({ url }) => url);
}

function sitesFile(sites: string[]): string {
  const file = join(freshFolder(), 'sites.csv');
  const rows = sites.map((site) => `${site},water-point-xiao\n`);
  writeFileSync(file, `site,profile\n${rows.join('')}`);
  return file;
}

const portFlags = (urls: string[]) => urls.flatMap((url) => ['--port', url]);

/** What --json says of a tray of two, both good. */
// biome-ignore lint/suspicious/noExplicitAny: it is the parsed line
function expectShape(said: any, out: string): void {
  const [board] = said.boards;
  expect(said).toMatchObject({ good: 2, failed: 0, open: [], isDryRun: false });
  expect(said.rows).toEqual([
    { line: 2, site: 'well-1', profile: 'water-point-xiao', slot: null },
    { line: 3, site: 'well-2', profile: 'water-point-xiao', slot: null },
  ]);
  expect(said.files).toEqual(
    ['batch-report.csv', 'batch-report.pdf', 'batch-labels.pdf'].map((name) => join(out, name)),
  );
  expect(Object.keys(board).sort()).toEqual([
    ...['device', 'done', 'failedParts', 'gaveBack', 'keyWords', 'port', 'seconds', 'site'],
    ...['slot', 'trouble'],
  ]);
  expect(board).toMatchObject({
    ...{ site: 'well-1', gaveBack: null, trouble: null },
    done: ['flash', 'provision', 'selftest', 'register'],
  });
  expect(board.keyWords).toHaveLength(4);
}

test('registers each board at the gateway, and the token is in no output, file, log or process list', async () => {
  const data = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGatewayProcess(data, radio.url);
  onTestFinished(() => gateway.stop());
  await until(radio.isReady);
  const token = await addTechnicianToken(data);
  expect(token.length).toBeGreaterThan(20);
  const tokenFile = join(freshFolder(), 'token');
  writeFileSync(tokenFile, `${token}\n`);
  const bench = join(testFolder(), 'bench');
  const pod = ['pod', '--gateway', gateway.url, '--token-file', tokenFile, '--new-channel-key'];
  expect(await runVerbProcess(bench, pod)).toMatchObject({ exitCode: 0 });

  const urls = await boards(2);
  const out = freshFolder();
  const args = ['flash', '--batch', sitesFile(['well-1', 'well-2']), '--bench', bench];
  args.push('--register', 'gateway', '--token-file', tokenFile, '--out', out, '--lang', 'en');
  const seen: string[] = [];
  const first = await tool([...args, ...portFlags(urls)], () => void seen.push(processList()));
  expect(first.code, first.out).toBe(0);
  const answer = await fetch(new URL('/api/v1/sites', gateway.url));
  const { sites } = (await answer.json()) as { sites: { site: string }[] };
  expect(sites.map(({ site }) => site).sort()).toEqual(['well-1', 'well-2']);

  const again = await tool([...args, ...portFlags(urls), '--json'], () => {
    seen.push(processList());
  });
  expect(again.code, again.out).toBe(0);
  expect(again.stdout.trim().split('\n')).toHaveLength(1);
  const said = JSON.parse(again.stdout);
  expectShape(said, out);

  expect(seen.join('\n')).toContain('--register gateway --token-file');
  const texts: [string, Buffer][] = [
    ['output', Buffer.from(first.out + again.out)],
    ['process list', Buffer.from(seen.join('\n'))],
    ['what the gateway printed', Buffer.from(gateway.said())],
    ...[bench, out, data].flatMap(textsOf),
  ];
  const pdfs = texts.filter(([name]) => name.endsWith('.pdf'));
  expect(pdfs).toHaveLength(2);
  for (const [name, pdf] of pdfs) texts.push([name, Buffer.concat(pdfStreams(pdf))]);
  expect(texts.map(([name]) => name)).toEqual(
    expect.arrayContaining(['batch.json', 'log.jsonl', 'batch-report.csv', 'sites.json']),
  );
  for (const [name, content] of texts)
    for (const form of formsOf(Buffer.from(token)))
      expect(content.includes(form), name).toBe(false);
}, 300_000);

test('a gateway that does not answer: named, the board keeps its site, and the report says what to do', async () => {
  const bench = readyBench({ gatewayUrl: 'http://127.0.0.1:1' });
  const [url] = await boards(1, new Map(), 6200);
  const args = ['flash', '--batch', sitesFile(['well-1']), '--bench', bench.folder, '--json'];
  const toGateway = [...args, '--port', url, '--register', 'gateway'];
  const failed = await tool(toGateway);
  expect(failed.code, failed.out).toBe(72);
  const said = JSON.parse(failed.stdout);
  expect(said).toMatchObject({ good: 0, failed: 1, open: [] });
  expect(said.boards).toMatchObject([
    {
      ...{ site: 'well-1', gaveBack: null, done: ['flash', 'provision', 'selftest'] },
      trouble: { code: 'gateway-unreachable', details: { url: 'http://127.0.0.1:1' } },
    },
  ]);
  expect(said.boards[0].trouble.next).toContain('--to FOLDER');
  const without = await tool([...args, '--port', url]);
  expect(without.code, without.out).toBe(0);
  expect(readSites(bench.folder).sites).toHaveLength(1);
}, 300_000);

test('two batches on one folder: the second is refused; the lock of a killed one is taken over', async () => {
  const bench = readyBench();
  const [silent, good] = await boards(2, new Map([[1, 'silent']]), 6300);
  const args = ['flash', '--batch', sitesFile(['well-1']), '--bench', bench.folder, '--lang', 'en'];
  let second: ReturnType<typeof tool> | null = null;
  const first = tool([...args, ...portFlags([silent, good])], (out, kill) => {
    if (!out.includes('gets site well-1') || second !== null) return;
    second = tool([...args, '--port', good]);
    void second.then(() => kill('SIGKILL'));
  });
  expect((await first).signal).toBe('SIGKILL');
  const refused = await (second as unknown as ReturnType<typeof tool>);
  expect(refused.code).toBe(68);
  expect(refused.out).toContain(
    `Another tallywell works on this bench folder: it holds ${join(bench.folder, 'batch.lock')}`,
  );
  const third = await tool([...args, '--port', good]);
  expect(third.code, third.out).toBe(0);
  expect(third.out).toContain('1 good, 0 failed');
}, 300_000);
