/*
 * verbs.ts: the verbs of the technician's bench, one line each.
 * Way: scripts/tallywell.ts -> here -> the file of each verb.
 */
import type { Command } from 'commander';
import { registerLogVerb } from './log-verb';
import { registerProvisionVerb } from './provision-verb';

/** Adds them to the program. */
export function registerTechnicianVerbs(program: Command): void {
  registerLogVerb(program);
  registerProvisionVerb(program);
}
