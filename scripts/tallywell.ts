#!/usr/bin/env node
/*
 * The `tallywell` command: one program, a verb for each thing people do.
 * From: the command line. To: scripts/village.ts, scripts/gateway.ts. Source: commander 14.
 * Exit codes: 0 good; 1 something went wrong (said in words); 2 the command line was not understood.
 */
import { Command, CommanderError } from 'commander';
import packageJson from '../package.json';
import { registerAccountCommand } from './account';
import { registerBackupCommand } from './backup';
import { registerCheckRecordsCommand } from './check-records';
import { registerClockCommand } from './clock';
import { registerConfigCommand } from './config';
import { registerDoctorCommand } from './doctor';
import { registerExportCommand } from './export';
import { registerGatewayCommand } from './gateway';
import { registerRecoveryKeyCommand } from './recovery-key';
import { registerRegisterFileCommand } from './register-file';
import { registerRestoreCommands } from './restore';
import { registerServiceCommand } from './service';
import { registerTechnicianVerbs } from './technician/verbs';
import { registerTokenCommand } from './token';
import { registerVillageCommand } from './village';

// Who reads ended, as in `tallywell config show | head`: the gateway's own log does not come this way and goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const program = new Command('tallywell')
  .description('A mesh of small counters for places without internet: signed litres and meals.')
  .version(packageJson.version)
  .showHelpAfterError('(--help tells what there is)')
  .exitOverride();
registerVillageCommand(program);
registerGatewayCommand(program);
registerConfigCommand(program);
registerDoctorCommand(program);
registerClockCommand(program);
registerRecoveryKeyCommand(program);
registerAccountCommand(program);
registerTokenCommand(program);
registerBackupCommand(program);
registerRestoreCommands(program);
registerExportCommand(program);
registerCheckRecordsCommand(program);
registerServiceCommand(program);
registerRegisterFileCommand(program);
registerTechnicianVerbs(program);
// exitOverride is not inherited by verbs that were added with addCommand or command(): set it on each.
for (const verb of program.commands) {
  verb.exitOverride();
  for (const below of verb.commands) below.exitOverride();
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`tallywell: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
