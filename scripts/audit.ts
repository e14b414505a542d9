/*
 * What: `npm run audit`: looks at every package that is installed with the gateway: exact versions, integrity, licences,
 * install scripts; and asks the npm registry for known vulnerabilities of what runs on a gateway.
 * From where to where: package.json, package-lock.json, `npm audit` -> lines; exit code 1 when one is wrong.
 * A registry that does not answer such questions is told, and is no failure: nothing can be done about it here.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { lockComplaints } from './build/lock-audit';

/** Severities that end an audit badly. */
const SEVERE = ['high', 'critical'];
const ASK_MS_MAX = 120_000;

interface AuditAnswer {
  vulnerabilities?: Record<string, { name: string; severity: string; range: string }>;
  message?: string;
  error?: { summary?: string };
}

/** What the registry knows against our packages; null = it did not answer. */
function askRegistry(): { known: string[]; severe: number } | { silent: string } {
  const asked = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
    encoding: 'utf8',
    timeout: ASK_MS_MAX,
  });
  let answer: AuditAnswer;
  try {
    answer = JSON.parse(asked.stdout) as AuditAnswer;
  } catch {
    return { silent: asked.stderr.trim().split('\n')[0] || 'no answer' };
  }
  const { vulnerabilities } = answer;
  if (vulnerabilities === undefined)
    return { silent: answer.message ?? answer.error?.summary ?? 'no answer' };
  const all = Object.values(vulnerabilities);
  return {
    known: all.map(({ name, severity, range }) => `${name} ${range}: ${severity}`),
    severe: all.filter(({ severity }) => SEVERE.includes(severity)).length,
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const complaints = lockComplaints(manifest, packages);
for (const complaint of complaints) console.error(complaint);
console.log(
  `${Object.keys(packages).length - 1} packages looked at, ${complaints.length} complaints`,
);
const answer = askRegistry();
if ('silent' in answer) console.log(`*** known vulnerabilities NOT asked: ${answer.silent} ***`);
else {
  for (const known of answer.known) console.error(known);
  console.log(`${answer.known.length} known vulnerabilities, ${answer.severe} of them severe`);
}
if (complaints.length > 0 || ('severe' in answer && answer.severe > 0)) process.exitCode = 1;
