/*
 * tools.ts: Debian's Mosquitto as a broker and as a subscriber, for the tests beside this file.
 * A missing tool skips loudly on a person's machine and fails where CI is set.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

function find(name: string): string | null {
  for (const folder of ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** Path of a tool of the packages mosquitto or mosquitto-clients; null = skip this test. */
export function tool(name: 'mosquitto' | 'mosquitto_sub' | 'mosquitto_pub'): string | null {
  const path = find(name);
  if (path !== null) return path;
  const text = `${name} is not installed (Debian: apt install mosquitto mosquitto-clients)`;
  if (process.env.CI) throw new Error(text);
  console.warn(`SKIPPED: ${text}`);
  return null;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real Mosquitto with a persistent store in the folder. `access`: lines of its configuration. Ends with the test. */
export async function startMosquitto(
  path: string,
  folder: string,
  port: number,
  access: string[] = ['allow_anonymous true'],
): Promise<ChildProcess> {
  const config = join(folder, 'mosquitto.conf');
  const place = [`persistence_location ${folder}/`, 'user root'];
  const lines = [`listener ${port} 127.0.0.1`, ...access, 'persistence true', ...place];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const broker = spawn(path, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void broker.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    broker.on('exit', (code) => reject(new Error(`mosquitto ended with ${code}`)));
    createInterface({ input: broker.stderr }).on('line', (line) => {
      if (line.includes('running')) resolve();
    });
  });
  return broker;
}

/** One message as mosquitto_sub prints it. */
export interface Printed {
  topic: string;
  qos: number;
  retain: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any of the forms
  payload: any;
}

/** Retained by each gateway of these tests that has told its broker anything. */
const STATE = 'tallywell/testpod/bridge/state';

/** A mosquitto_sub that subscribes and collects. Ends with the test. */
export function subscribe(path: string, port: number, args: string[]): Printed[] {
  return collect(path, port, args, () => true);
}

function collect(
  path: string,
  port: number,
  args: string[],
  isWanted: (message: Printed) => boolean,
): Printed[] {
  const child = spawn(path, ['-p', String(port), '-q', '1', '-F', '%j', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const printed: Printed[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    const told = { ...message, payload: JSON.parse(message.payload) };
    if (isWanted(told)) printed.push(told);
  });
  return printed;
}

/** The same without the gateway's state, once the broker has sent that: what is published from now on comes. */
export function subscribed(path: string, port: number, args: string[]): Promise<Printed[]> {
  return new Promise((resolve) => {
    const printed = collect(path, port, [...args, '-t', STATE], ({ topic }) => {
      if (topic === STATE) resolve(printed);
      return topic !== STATE;
    });
  });
}

/** Publishes once with mosquitto_pub. @returns did it end without error, within 5 s? */
export function publishes(path: string, port: number, args: string[]): Promise<boolean> {
  const child = spawn(path, ['-p', String(port), ...args], { stdio: 'ignore', timeout: 5_000 });
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
}
