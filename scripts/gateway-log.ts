/*
 * gateway-log.ts: the log of the verb `gateway`: what it looks like here, and which secrets it hides.
 * Way: configuration, environment, terminal -> createLog (gateway/edges/log.ts).
 */
import type { Config } from '../gateway/config/schema';
import { readSecretLine } from '../gateway/config/secret-files';
import { createLog, isJournal, type Log, writeStdout } from '../gateway/edges/log';

/** Secrets that the configuration leads to: never written. */
function knownSecrets({ mqtt }: Config): string[] {
  const { passwordFile } = mqtt.external;
  const password = passwordFile === undefined ? null : readSecretLine(passwordFile);
  return [password, process.env.TALLYWELL_TOKEN].filter((secret) => !!secret) as string[];
}

/** The log of a gateway with this configuration. */
export function gatewayLog(config: Config): Log {
  const { level, format } = config.log;
  const inJournal = isJournal(process.env);
  const asText = format === 'text' || (format === 'auto' && process.stdout.isTTY === true);
  return createLog({
    level,
    format: asText ? 'text' : 'json',
    priorities: inJournal,
    time: !inJournal,
    write: writeStdout,
    steadyMs: () => performance.now(),
    secrets: knownSecrets(config),
  });
}
