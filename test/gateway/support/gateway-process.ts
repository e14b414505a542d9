/*
 * gateway-process.ts: the verb `gateway` alone, as a process for tests.
 */
import { Command } from 'commander';
import { registerGatewayCommand } from '../../../scripts/gateway';

const program = new Command();
registerGatewayCommand(program);
await program.parseAsync();
