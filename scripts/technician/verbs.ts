/*
 * verbs.ts: the verbs of the technician's bench, one line each.
 * Way: scripts/tallywell.ts -> here -> the file of each verb.
 */
import type { Command } from 'commander';
import { registerLabelVerb } from './label-verb';
import { registerLogVerb } from './log-verb';
import { registerPodVerb } from './pod-verb';
import { registerProvisionVerb } from './provision-verb';
import { registerRegisterVerbs } from './register-verbs';
import { registerTestVerbs } from './test-verbs';

/** Adds them to the program. */
export function registerTechnicianVerbs(program: Command): void {
  registerLabelVerb(program);
  registerLogVerb(program);
  registerPodVerb(program);
  registerProvisionVerb(program);
  registerRegisterVerbs(program);
  registerTestVerbs(program);
}
