/*
 * verbs.ts: the verbs of the technician's bench, one line each.
 * Way: scripts/tallywell.ts -> here -> the file of each verb.
 */
import type { Command } from 'commander';
import { registerLogVerb } from './log-verb';
import { registerPracticeVerb } from './practice';
import { registerProvisionVerb } from './provision-verb';

/** Adds them to the program. */
export function registerTechnicianVerbs(program: Command): void {
  registerLogVerb(program);
  registerPracticeVerb(program);
  registerProvisionVerb(program);
}
