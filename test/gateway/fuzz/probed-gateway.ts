/*
 * probed-gateway.ts: the verb `gateway` as a process that, asked over its channel, collects garbage and says what memory it holds.
 * Way: message from the test -> gc() (node --expose-gc) -> process.memoryUsage() -> message to the test.
 */
import { Command } from 'commander';
import { registerGatewayCommand } from '../../../scripts/gateway';

const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', () => {
  // Twice: what the first found finished, the second sets free.
  collect?.();
  collect?.();
  process.send?.(process.memoryUsage());
});
// The channel alone must not keep the gateway alive.
process.channel?.unref();

const program = new Command();
registerGatewayCommand(program);
await program.parseAsync();
