/*
 * verbs.ts: the verbs of the technician's bench, one line each.
 * Way: scripts/tallywell.ts -> here -> the file of each verb.
 */
import type { Command } from 'commander';

/** Adds them to the program. */
export function registerTechnicianVerbs(_program: Command): void {}
