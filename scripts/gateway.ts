/*
 * gateway.ts: the verb `tallywell gateway`: options, help, and the end of the process.
 * Way: command line, environment, file -> startGateway (gateway/gateway.ts).
 */
import type { Command } from 'commander';
import { createNotifier, takeNotifyEnvironment } from '../gateway/edges/notify';
import { type RunningGateway, startGateway } from '../gateway/gateway';
import { fingerprintOf } from '../gateway/recovery';
import { fromHex } from '../shared/bytes';
import { addConfigFlags, type ConfigFlags, configFileOf, startingOf } from './configured';
import { tellFirstPassword } from './first-account';
import { gatewayLog } from './gateway-log';

/** One line for `systemctl status`. */
function stateLine(gateway: RunningGateway): string {
  const status = gateway.status();
  const ready = status.radios.filter(({ session }) => session === 'ready').length;
  const counts = `${status.records.stored} records, ${ready} of ${status.radios.length} radios ready`;
  return status.healthy ? `${counts}; all well` : `${counts}; ${status.problems.join('; ')}`;
}

async function runGateway(flags: ConfigFlags): Promise<void> {
  const environment = takeNotifyEnvironment(process.env);
  const { effective, options } = startingOf(flags);
  const log = gatewayLog(effective.config);
  const file = configFileOf(flags);
  if (file !== null) log(`config: ${file}`);
  for (const warning of effective.warnings) log(`WARNING: ${warning}`);
  const gateway = await startGateway({
    ...options,
    log,
    // A village has nobody who would log in.
    firstAccount:
      options.clock === 'parent'
        ? undefined
        : (name, password) => tellFirstPassword(options.dataDir, name, password),
  });
  const { httpUrl, mqttUrl, mqttTlsUrl } = gateway;
  const tls = mqttTlsUrl === null || mqttTlsUrl === mqttUrl ? '' : `  ${mqttTlsUrl}`;
  log(`page ${httpUrl}  broker ${mqttUrl}${tls}`);
  log(`key of this gateway: ${fingerprintOf(fromHex(gateway.publicKey))}`);
  const systemd = createNotifier({
    environment,
    log,
    problem: gateway.hangs,
    stateLine: () => stateLine(gateway),
  });
  systemd.ready();
  const stop = () => {
    log('stopping: what was heard is committed, then the broker is told');
    systemd.stopping();
    void gateway.stop();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Started by a program that speaks with it (tallywell practice): it ends when that is gone, however that ended.
  process.once('disconnect', stop);
  process.channel?.unref();
  await gateway.stopped;
  systemd.end();
  process.exit(0);
}

/** Adds the verb `gateway` to the program. */
export function registerGatewayCommand(program: Command): void {
  const verb = program
    .command('gateway')
    .description('Hear, verify, keep and tell what the nodes count.');
  addConfigFlags(verb).action(async (flags: ConfigFlags) => {
    try {
      await runGateway(flags);
    } catch (error) {
      process.stderr.write(`gateway: ${(error as Error).message}\n`);
      process.exit(1);
    }
  });
}
