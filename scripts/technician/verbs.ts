/*
 * verbs.ts: the verbs of the technician's bench, one line each.
 * Way: scripts/tallywell.ts -> here -> the file of each verb.
 */
import type { Command } from 'commander';
import { openBench } from './bench-folder';
import { registerEspruinoVerb } from './board/espruino-verb';
import { registerFlashVerb } from './board/flash-verb';
import { registerPortsVerb } from './board/ports-verb';
import { registerLabelVerb } from './label-verb';
import { registerLogVerb } from './log-verb';
import { registerBenchVerb } from './page/bench-verb';
import { registerPodVerb } from './pod-verb';
import { registerPracticeVerb } from './practice';
import { registerProvisionVerb } from './provision-verb';
import { registerRadioVerb } from './radio/radio-verb';
import { registerRegisterVerbs } from './register-verbs';
import { registerTestVerbs } from './test-verbs';
import { registerUndoVerb } from './undo-verb';

/** Adds them to the program. */
export function registerTechnicianVerbs(program: Command): void {
  registerPortsVerb(program);
  registerEspruinoVerb(program);
  registerFlashVerb(program);
  registerUndoVerb(program);
  registerLogVerb(program);
  registerPracticeVerb(program);
  registerProvisionVerb(program);
  registerRadioVerb(program, openBench);
  registerBenchVerb(program);
  registerLabelVerb(program);
  registerPodVerb(program);
  registerRegisterVerbs(program);
  registerTestVerbs(program);
}
