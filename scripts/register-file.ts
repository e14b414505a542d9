/*
 * register-file.ts: `tallywell register-file FILE`, at the gateway: shows what a bench's signed file would register, asks, and
 * tells the running gateway over HTTP, which checks all of it again.
 * Way: USB stick -> file -> person -> POST /api/v1/register.
 */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { fingerprintOf } from '../gateway/recovery';
import { fromHex } from '../shared/bytes';
import { askSite, postRegister, tokenOf } from './technician/gateway-client';
import { readRegistrationFile } from './technician/registration-file';
import { Trouble } from './technician/trouble';
import { languageOf, troubleWords, wordsOf } from './technician/words';

interface Flags {
  url: string;
  tokenFile?: string;
  bench?: string;
  yes?: boolean;
}

async function isAgreed(yes: boolean | undefined, question: string): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^(y|yes|o|oui)$/i.test(answer.trim());
}

async function run(file: string, { url, tokenFile, bench, yes }: Flags): Promise<void> {
  const t = wordsOf(languageOf());
  const registration = readRegistrationFile(file);
  const fingerprint = fingerprintOf(fromHex(registration.bench));
  if (bench !== undefined && bench.toLowerCase() !== registration.bench)
    throw new Trouble('bad-file', { file, fault: t('registerFile.other-bench', { fingerprint }) });
  const to = { url, token: tokenOf(tokenFile), signal: new AbortController().signal };
  const made = new Date(registration.madeAt * 1000).toISOString().slice(0, 16).replace('T', ' ');
  process.stdout.write(`${t('registerFile.head', { fingerprint, made, pod: registration.pod })}\n`);
  for (const { site } of registration.sites) {
    const known = await askSite(to, site.site);
    process.stdout.write(
      `  ${site.site}  ${t(known === null ? 'registerFile.new' : 'registerFile.known')}\n`,
    );
  }
  if (!(await isAgreed(yes, `${t('registerFile.ask')} `))) throw new Trouble('cancelled');
  if (to.token === null) throw new Trouble('gateway-denied', { url });
  let changed = 0;
  for (const { site, replaces } of registration.sites) {
    if (await postRegister(to, { pod: registration.pod, site, replaces })) changed += 1;
  }
  const told = { all: registration.sites.length, changed };
  process.stdout.write(`${t(changed === 0 ? 'register.same' : 'register.done', told)}\n`);
}

/** Adds the verb. */
export function registerRegisterFileCommand(program: Command): void {
  program
    .command('register-file')
    .description('at the gateway: register the sites in a technician’s signed file')
    .argument('<file>', 'tallywell-registration-….json')
    .option('--url <url>', 'address of the gateway', 'http://127.0.0.1:8080')
    .option(
      '--token-file <file>',
      'first line: a token with the scope technician; or TALLYWELL_TOKEN',
    )
    .option('--bench <key>', 'take only a file of the bench with this public key, 64 hex digits')
    .option('--yes', 'do not ask')
    .action(async (file: string, flags: Flags) => {
      try {
        await run(file, flags);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        const t = wordsOf(languageOf());
        const { what, next } = troubleWords(t, error);
        process.stderr.write(`tallywell: ${what}\n${t('next')} ${next}\n`);
        process.exitCode = error.exitCode;
      }
    });
}
