/*
 * accounts.ts: the doctor on who may log in, and on who may read without.
 * Way: database, configuration, first-password -> findings.
 */
import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { firstPasswordFile } from '../../gateway/account-changes';
import { FIRST_ACCOUNT } from '../../gateway/accounts';
import type { Config } from '../../gateway/config/schema';
import { type Finding, fails, ok, warning } from './finding';

function isThisMachineOnly(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Ports that others reach: option and address. */
function openPorts({ http, mqtt }: Config): string[] {
  const hosts = [
    ['http.host', http.host],
    ...(mqtt.external.url === undefined ? [['mqtt.host', mqtt.host]] : []),
  ];
  return hosts.filter(([, host]) => !isThisMachineOnly(host)).map((one) => one.join(' '));
}

/** Who reaches page and broker from other machines, and what for. */
export function accessFindings(config: Config): Finding[] {
  const { anonymous, mqtt } = config;
  const open = openPorts(config);
  const where = open.join(' and ');
  if (open.length === 0) return [ok('access', 'from this machine only')];
  const findings: Finding[] = [];
  if (anonymous === 'reader') {
    const todo = 'if not all of them may: write anonymous: nobody, and make accounts';
    findings.push(
      warning('access', `${where}: everybody in that network reads without an account`, todo),
    );
  }
  if (mqtt.external.url === undefined && !isThisMachineOnly(mqtt.host) && !mqtt.tls.cert) {
    const todo = 'write mqtt.tls.cert and mqtt.tls.key, then mqtt.tls.only: true';
    findings.push(warning('access', 'passwords at the broker pass in the clear (no TLS)', todo));
  }
  return findings.length > 0 ? findings : [ok('access', `from other machines with an account`)];
}

/** Accounts and tokens there are. */
export function accountFindings(database: Database, config: Config): Finding[] {
  const count = (table: string) =>
    database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  const [accounts, tokens] = [count('account'), count('token')];
  const without = config.anonymous === 'reader' ? 'may read' : 'nothing';
  const found = `${accounts} accounts, ${tokens} tokens; without one: ${without}`;
  const todo = 'run `tallywell account add NAME --scope admin`';
  const file = firstPasswordFile(config.data);
  const first = existsSync(file)
    ? [
        warning(
          'accounts',
          `${file} still holds the password of ${FIRST_ACCOUNT}`,
          `run \`tallywell account password ${FIRST_ACCOUNT}\`: it also deletes the file`,
        ),
      ]
    : [];
  if (accounts + tokens > 0) return [ok('accounts', found), ...first];
  if (config.anonymous === 'nobody')
    return [fails('accounts', `${found}: nobody can read`, todo), ...first];
  return [warning('accounts', found, todo), ...first];
}
