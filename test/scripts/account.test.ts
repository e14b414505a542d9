/*
 * The verbs `tallywell account` and `tallywell token`, and the first start of a gateway, as processes.
 * Oracles: SQLite read by another connection, Python's scrypt for a stored password, a terminal that Python opens.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { openStore } from '../../gateway/edges/store/store';
import { packageFolder } from '../../scripts/village/options';
import { testFolder, until } from '../gateway/support/places';

const SCRIPT = join(packageFolder(), 'dist/tallywell.js');

interface Done {
  code: number | null;
  out: string;
  error: string;
}

function run(command: string, args: string[], input = ''): Promise<Done> {
  const child = spawn(command, args);
  const done: Done = { code: null, out: '', error: '' };
  child.stdout.on('data', (chunk) => {
    done.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    done.error += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...done, code })));
}

const tallywell = (args: string[], input = '') => run(process.execPath, [SCRIPT, ...args], input);

/** Types into a real terminal: waits for each text, then types what belongs to it. */
const TERMINAL = `import os,pty,sys
steps=[step.split('=',1) for step in sys.argv[2].split('|')]
pid,fd=pty.fork()
if pid==0: os.execvp(sys.argv[3],sys.argv[3:])
seen=b''
while True:
    try: part=os.read(fd,1024)
    except OSError: break
    if not part: break
    seen+=part
    if steps and steps[0][0].encode() in seen:
        os.write(fd,steps.pop(0)[1].encode().decode('unicode_escape').encode())
        sys.stdout.write(seen.decode()); seen=b''
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]))`;

const atTerminal = (steps: string, args: string[]) =>
  run('python3', ['-c', TERMINAL, 'terminal', steps, process.execPath, SCRIPT, ...args]);

function rows(folder: string, sql: string): Record<string, string | number | null>[] {
  const database = new Database(join(folder, 'gateway.sqlite'), { readonly: true });
  const all = database.prepare(sql).all() as Record<string, string | number | null>[];
  database.close();
  return all;
}

const isRight = async (password: string, stored: unknown) => {
  const program = `import hashlib,sys,base64
_,kind,cost,salt,key=sys.argv[2].split('$')
n={k:int(v) for k,v in (one.split('=') for one in cost.split(','))}
raw=lambda text: base64.b64decode(text+'='*(-len(text)%4))
print(hashlib.scrypt(sys.argv[1].encode(),salt=raw(salt),n=2**n['ln'],r=n['r'],p=n['p'],maxmem=2**26,dklen=32)==raw(key))`;
  return (await run('python3', ['-c', program, password, String(stored)])).out.trim() === 'True';
};

test('account: made, listed, another scope, another password, removed', async () => {
  const folder = testFolder();
  const account = (verb: string, more: string[], input = '') =>
    tallywell(['account', verb, ...more, '--data', folder], input);
  const added = await account('add', ['ann', '--scope', 'technician'], 'correct horse\n');
  expect(added).toEqual({ code: 0, out: 'good: ann\n', error: '' });
  const [first] = rows(folder, 'SELECT * FROM account');
  expect(first).toMatchObject({ name: 'ann', scope: 'technician' });
  expect(await isRight('correct horse', first.password)).toBe(true);
  expect(await isRight('correct house', first.password)).toBe(false);
  const file = join(testFolder(), 'password');
  writeFileSync(file, 'from a file\r\nsecond line\n');
  expect((await account('password', ['ann', '--password-file', file])).code).toBe(0);
  const [second] = rows(folder, 'SELECT * FROM account');
  expect(await isRight('from a file', second.password)).toBe(true);
  const random = await account('password', ['ann', '--random']);
  const [third] = rows(folder, 'SELECT * FROM account');
  expect(await isRight(random.out.trim(), third.password)).toBe(true);
  expect((await account('scope', ['ann', '--scope', 'reader'])).error).toContain('nobody is admin');
  expect(JSON.parse((await account('list', ['--json'])).out)).toEqual({
    accounts: [{ name: 'ann', scope: 'reader', made: first.made_s }],
  });
  expect((await account('list', [])).out).toMatch(/^NAME +SCOPE +MADE\nann +reader +20\d\d-/);
  expect((await account('remove', ['ann'])).code).toBe(0);
  expect(rows(folder, 'SELECT * FROM account')).toEqual([]);
});

test('account: what is wrong is said in words and changes nothing', async () => {
  const folder = testFolder();
  const data = ['--data', folder];
  const add = (name: string, more: string[], input: string) =>
    tallywell(['account', 'add', name, ...more, ...data], input);
  const reader = ['--scope', 'reader'];
  expect(await tallywell(['account', 'list', ...data])).toMatchObject({ code: 1 });
  expect(existsSync(join(folder, 'gateway.sqlite'))).toBe(false);
  const short = await add('ann', reader, 'secret\n');
  expect([short.code, short.error.includes('10 characters')]).toEqual([1, true]);
  expect(short.error + short.out).not.toContain('secret');
  expect(await add('ann', reader, '')).toMatchObject({ code: 1 });
  expect(await add('a b', reader, 'correct horse\n')).toMatchObject({ code: 2 });
  expect(await add('ann', ['--scope', 'root'], 'correct horse\n')).toMatchObject({ code: 2 });
  expect(await add('ann', [], 'correct horse\n')).toMatchObject({ code: 2 });
  expect(await add('ann', [...reader, '--password', 'x'], '')).toMatchObject({ code: 2 });
  expect(rows(folder, 'SELECT * FROM account')).toEqual([]);
  expect(await add('ann', reader, 'correct horse\n')).toMatchObject({ code: 0 });
  expect(await add('ann', reader, 'correct horse\n')).toMatchObject({ code: 1 });
  for (const verb of ['remove', 'password'])
    expect(await tallywell(['account', verb, 'zoe', ...data], 'correct horse\n')).toMatchObject({
      ...{ code: 1, error: 'account: there is no account zoe: tallywell account list\n' },
    });
});

test('at a terminal a password is asked for twice and never shown', async () => {
  const folder = testFolder();
  const verb = ['account', 'add', 'ann', '--scope', 'admin', '--data', folder];
  const differs = await atTerminal(
    'New password=correct horse\\r|Once more=correct house\\r',
    verb,
  );
  expect([differs.code, differs.out.includes('not the same')]).toEqual([1, true]);
  const stopped = await atTerminal('New password=abc\\x03', verb);
  expect([stopped.code, stopped.out.includes('stopped')]).toEqual([1, true]);
  const typed = 'New password=correcx\\x7ft horse\\r|Once more=correct horse\\r';
  const good = await atTerminal(typed, verb);
  expect([good.code, good.out.includes('good: ann')]).toEqual([0, true]);
  for (const { out } of [differs, stopped, good]) expect(out).not.toMatch(/horse|house|abc/);
  const [{ password }] = rows(folder, 'SELECT password FROM account');
  expect(await isRight('correct horse', password)).toBe(true);
});

test('token: shown once, kept as its hash, listed without, removed', async () => {
  const folder = testFolder();
  const token = (verb: string, ...more: string[]) =>
    tallywell(['token', verb, ...more, '--data', folder]);
  const made = await token('add', 'phone', '--scope', 'technician', '--days', '2');
  expect(made.out).toMatch(/^tw_[a-z2-9]{32}\n$/);
  const json = JSON.parse((await token('add', 'display', '--scope', 'reader', '--json')).out);
  expect(json).toEqual({ name: 'display', scope: 'reader', token: expect.any(String), ends: null });
  const sum = await run('sha256sum', [], made.out.trim());
  const [row] = rows(
    folder,
    "SELECT hex(hash) AS hash, ends_s - made_s AS life FROM token WHERE name = 'phone'",
  );
  expect([String(row.hash).toLowerCase(), row.life]).toEqual([sum.out.slice(0, 64), 2 * 86_400]);
  const listed = await token('list');
  expect(listed.out).toMatch(/display +reader +20\S+ +never\nphone +technician +20\S+ +20\S+\n$/);
  expect((await token('add', 'phone', '--scope', 'reader')).error).toContain('there is a token');
  expect((await token('add', 'visit', '--scope', 'reader', '--days', '0')).code).toBe(2);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    for (const secret of [made.out.trim(), json.token]) expect(bytes.includes(secret)).toBe(false);
  }
  expect((await token('remove', 'phone')).code).toBe(0);
  expect(await token('remove', 'phone')).toMatchObject({ code: 1 });
  expect(JSON.parse((await token('list', '--json')).out).tokens).toHaveLength(1);
});

test('while the gateway holds its transaction a verb says so, and waits for it', async () => {
  const folder = testFolder();
  const store = openStore(join(folder, 'gateway.sqlite'));
  store.setMeta('pod', 'hill');
  const child = spawn(process.execPath, [
    SCRIPT,
    'token',
    'add',
    'a',
    '--scope',
    'reader',
    '--data',
    folder,
  ]);
  let error = '';
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  const end = new Promise((resolve) => child.on('close', resolve));
  await until(() => error.includes('waiting for it'));
  store.close();
  expect(await end).toBe(0);
  expect(rows(folder, 'SELECT name FROM token')).toEqual([{ name: 'a' }]);
});

const gatewayVerb = (folder: string) => [
  ...['gateway', '--data', folder, '--radio', 'tcp://127.0.0.1:9'],
  ...['--mqtt-port', '0', '--http-port', '0', '--anonymous', 'nobody'],
];

test('the first start makes an admin; where nobody watches its password is in a file, not in the log', async () => {
  const folder = testFolder();
  const start = async () => {
    const child = spawn(process.execPath, [SCRIPT, ...gatewayVerb(folder)]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        log += chunk;
      });
    await until(() => /page \S+/.test(log));
    const stop = async () => {
      const end = new Promise((resolve) => child.on('close', resolve));
      child.kill('SIGTERM');
      await end;
    };
    return { url: /page (\S+)/.exec(log)?.[1] ?? '', log: () => log, stop };
  };
  const first = await start();
  const path = join(folder, 'first-password');
  const password = readFileSync(path, 'utf8').trim();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(first.log()).toContain('first-password');
  expect(first.log()).not.toContain(password);
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  const status = async (url: string) => (await fetch(url, { headers: { authorization } })).status;
  expect((await fetch(first.url)).status).toBe(401);
  expect(await status(first.url)).toBe(200);
  const changed = await tallywell(
    ['account', 'password', 'admin', '--data', folder],
    'correct horse\n',
  );
  expect([changed.code, existsSync(path)]).toEqual([0, false]);
  expect(await status(first.url)).toBe(401);
  await first.stop();
  const second = await start();
  expect([existsSync(path), second.log().includes('account')]).toEqual([false, false]);
  await second.stop();
});

test('at a terminal the first password is shown there, once', async () => {
  const folder = testFolder();
  const shown = await atTerminal('page http=\\x03', gatewayVerb(folder));
  const password = /password {2}(\S+)/.exec(shown.out)?.[1] ?? '';
  expect(existsSync(join(folder, 'first-password'))).toBe(false);
  const [account] = rows(folder, 'SELECT * FROM account');
  expect([account.name, account.scope]).toEqual(['admin', 'admin']);
  expect(await isRight(password, account.password)).toBe(true);
  const again = await atTerminal('page http=\\x03', gatewayVerb(folder));
  expect(again.out).not.toContain('password');
});
