/*
 * gateway.ts: the verb `tallywell gateway`: options, help, and the end of the process.
 * Way: command line, environment, file -> startGateway (gateway/gateway.ts).
 */
import type { Command } from 'commander';
import { startGateway } from '../gateway/gateway';
import { addConfigFlags, type ConfigFlags, configFileOf, startingOf } from './configured';
import { gatewayLog } from './gateway-log';

async function runGateway(flags: ConfigFlags): Promise<void> {
  const { effective, options } = startingOf(flags);
  const log = gatewayLog(effective.config);
  const file = configFileOf(flags);
  if (file !== null) log(`config: ${file}`);
  for (const warning of effective.warnings) log(`WARNING: ${warning}`);
  const gateway = await startGateway({ ...options, log });
  log(`page ${gateway.httpUrl}  broker ${gateway.mqttUrl}`);
  const stop = () => void gateway.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await gateway.stopped;
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
