/*
 * register-verbs.ts: `tallywell register`, `replace`, `retire`.
 * Way: flags -> register.ts, replace.ts.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { openBench } from './bench-folder';
import { tokenOf } from './gateway-client';
import {
  addSiteFlags,
  type ProvisionFlags,
  provisionOptionsOf,
  sayProvision,
} from './provision-verb';
import { type RegisterResult, register } from './register';
import { type ReplaceResult, type RetireResult, replaceNode, retireNode } from './replace';
import { type BenchFlags, benchVerb } from './verb';
import { withBoard } from './with-board';

interface RegisterFlags extends BenchFlags {
  site?: string;
  gateway?: string;
  tokenFile?: string;
  to?: string;
  replace?: boolean;
}

/** What came of it, for people. */
export function sayRegister(result: RegisterResult, t: TFunction): string {
  const { sites, changed, file, isDryRun } = result;
  if (isDryRun) return t('register.plan', { sites: sites.join(', ') });
  if (file !== null) return t('register.file', { file, count: sites.length });
  return t(changed.length === 0 ? 'register.same' : 'register.done', {
    all: sites.length,
    changed: changed.length,
  });
}

function registerRegister(program: Command): void {
  const command = program
    .command('register')
    .description('tell the gateway the sites of this bench, over HTTP or with a USB stick')
    .option('--site <site>', 'only this one; else all')
    .option('--gateway <url>', 'address of the gateway; else the pod’s')
    .option(
      '--token-file <file>',
      'first line: a token with the scope technician; or TALLYWELL_TOKEN',
    )
    .option('--to <folder>', 'write a signed file into this folder instead, for a USB stick')
    .option(
      '--replace',
      'nodes may come from other sites, and take the place of nodes unknown here',
    );
  benchVerb<RegisterFlags, RegisterResult>(command, openBench, {
    run: async (doors, { site, gateway, tokenFile, to, replace }) => {
      const token = to === undefined ? tokenOf(tokenFile) : null;
      return register(doors, { site, gateway, to, token, replaces: replace });
    },
    say: sayRegister,
  });
}

/** What came of it, for people. */
export function sayReplace(result: ReplaceResult, t: TFunction): string {
  const said = sayProvision(result, t);
  return result.replaced === null || result.isDryRun
    ? said
    : `${said}\n${t('replace.done', { keyId: result.replaced })}`;
}

/** What came of it, for people. */
export function sayRetire({ site, keyId, isDryRun }: RetireResult, t: TFunction): string {
  return t(isDryRun ? 'retire.plan' : 'retire.done', { site, keyId });
}

function registerReplace(program: Command): void {
  const command = addSiteFlags(
    program
      .command('replace')
      .description('a new board takes the site of a broken node; its history stays'),
  ).option('--again', 'also a node that has another site');
  benchVerb<ProvisionFlags, ReplaceResult>(command, openBench, {
    run: async (doors, flags) => {
      const options = provisionOptionsOf(flags);
      return withBoard(flags.port, (session) => replaceNode(doors, session, options));
    },
    say: sayReplace,
  });
}

function registerRetire(program: Command): void {
  const command = program
    .command('retire')
    .description('the node of a site goes for good; what it counted stays')
    .requiredOption('--site <site>', 'word of the site');
  benchVerb<BenchFlags & { site: string }, RetireResult>(command, openBench, {
    run: (doors, { site }) => retireNode(doors, { site }),
    say: sayRetire,
  });
}

/** Adds the verbs. */
export function registerRegisterVerbs(program: Command): void {
  registerRegister(program);
  registerReplace(program);
  registerRetire(program);
}
