/*
 * probed-gateway.ts: the verb `gateway` as a process that, asked over its channel, collects garbage and says what memory it holds.
 * Way: message from the test -> gc() (node --expose-gc) -> process.memoryUsage() -> message to the test.
 * TALLYWELL_LEAK_BYTES plants a leak: so much is kept of each connection, to see that the test would find one.
 */
import { subscribe } from 'node:diagnostics_channel';
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

const leakBytes = Number(process.env.TALLYWELL_LEAK_BYTES ?? 0);
const kept: Buffer[] = [];
if (leakBytes > 0) subscribe('net.server.socket', () => kept.push(Buffer.alloc(leakBytes)));

const program = new Command();
registerGatewayCommand(program);
await program.parseAsync();
