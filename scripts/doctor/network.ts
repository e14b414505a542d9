/*
 * network.ts: the doctor on ports and broker, where no gateway runs yet.
 * Way: bind and let go; connect to the broker with the login of the configuration -> findings. Source: OASIS MQTT 5.0.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import mqtt, { type IClientOptions } from 'mqtt';
import type { Config } from '../../gateway/config/schema';
import { readSecretLine } from '../../gateway/config/secret-files';
import { redact } from '../../gateway/core/redact';
import { DOCTOR_WAIT_MS } from '../../gateway/limits/operations';
import { type Finding, fails, ok } from './finding';

/** Is this port free to listen on? */
export function portFinding(
  what: string,
  option: string,
  host: string,
  port: number,
): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE') {
        const todo = `another program has it (sudo ss -ltnp | grep :${port}): stop it, or write another ${option}`;
        return resolve(fails(what, `port ${port} is in use`, todo));
      }
      if (code === 'EACCES') {
        return resolve(
          fails(what, `port ${port} is for root only`, `write a port from 1024 on: ${option}`),
        );
      }
      const todo = `write an address of this machine: ${option.replace('port', 'host')}`;
      resolve(fails(what, `${host}: ${message}`, todo));
    });
    server.listen(port, host, () =>
      server.close(() => resolve(ok(what, `port ${port} on ${host} is free`))),
    );
  });
}

function brokerTodo(message: string): string {
  if (/not authorized|bad user ?name|banned/i.test(message))
    return 'look at mqtt.external.username and passwordFile, and at the broker’s accounts';
  if (/certificate|self.signed|altname|ssl|tls/i.test(message))
    return 'look at mqtt.external.ca, and at the name in the broker’s certificate';
  return 'is the broker on, is mqtt.external.url right, does a firewall stand between?';
}

/** Does the broker let us in? */
export async function brokerFinding(
  external: Config['mqtt']['external'],
  waitMs = DOCTOR_WAIT_MS,
): Promise<Finding> {
  const { url, username, passwordFile, ca } = external;
  const password = passwordFile === undefined ? undefined : readSecretLine(passwordFile);
  if (password === null) {
    return fails(
      'broker',
      `${passwordFile} cannot be read`,
      'write the password’s file in mqtt.external.passwordFile; run this with sudo',
    );
  }
  try {
    const options: IClientOptions = {
      clientId: `tallywell-doctor-${randomBytes(4).toString('hex')}`,
      reconnectPeriod: 0,
      connectTimeout: waitMs,
      username,
      password,
      ca: ca === undefined ? undefined : readFileSync(ca),
      protocolVersion: 5,
    };
    const client = await mqtt.connectAsync(url as string, options, false);
    await client.endAsync(true);
    return ok('broker', `${url} lets us in${username ? ` as ${username}` : ''}`);
  } catch (error) {
    const { message } = error as Error;
    return fails(
      'broker',
      `${url}: ${redact(message, password ? [password] : [])}`,
      brokerTodo(message),
    );
  }
}

/** Ports, and the broker. */
export async function networkFindings({
  http,
  mqtt: { host, port, tls, external },
}: Config): Promise<Finding[]> {
  const findings = [await portFinding('page', 'http.port', http.host, http.port)];
  if (external.url !== undefined) return [...findings, await brokerFinding(external)];
  if (!tls.cert || !tls.only) findings.push(await portFinding('broker', 'mqtt.port', host, port));
  if (tls.cert) findings.push(await portFinding('broker TLS', 'mqtt.tls.port', host, tls.port));
  return findings;
}
