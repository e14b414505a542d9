/*
 * gateway-that-hangs.ts: the verb `gateway` as a process for tests, whose event loop stands still for ever after SIGUSR2.
 */
import { writeSync } from 'node:fs';
import { Command } from 'commander';
import { registerGatewayCommand } from '../../../scripts/gateway';

process.on('SIGUSR2', () => {
  writeSync(2, 'standing still\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
const program = new Command();
registerGatewayCommand(program);
await program.parseAsync();
