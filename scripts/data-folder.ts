/*
 * data-folder.ts: which gateway's folder a verb works with: --data, else the configuration's, as the gateway itself finds it.
 * Way: command line, environment, file -> folder, and the configuration where it was read.
 */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { ConfigError } from '../gateway/config/problems';
import type { Config } from '../gateway/config/schema';
import { configFileOf, effectiveOf, USUAL_FILE } from './configured';

/** What such a verb is told. */
export interface DataFlags {
  data?: string;
  config?: string;
}

/** Where it works. */
export interface DataFolder {
  data: string;
  /** null = the folder was named, and no configuration was read. */
  config: Config | null;
}

/** Adds the flags to a verb. */
export function addDataFlags(verb: Command): Command {
  return verb
    .option('--data <dir>', 'folder of the gateway’s database and key; else the configuration’s')
    .option('--config <file>', `configuration (YAML); without it and --data: ${USUAL_FILE}`);
}

/**
 * Finds the folder. One that is named counts though the configuration is broken.
 * Throws: faults of the configuration; no folder is named anywhere.
 */
export function dataFolderOf({ data, config: file }: DataFlags): DataFolder {
  if (data !== undefined) return { data, config: null };
  const flags = { config: file };
  const { problems, config } = effectiveOf(flags);
  if (problems.length > 0) throw new ConfigError(problems);
  const isNamed = configFileOf(flags) !== null || Boolean(process.env.TALLYWELL_DATA);
  if (!isNamed && !existsSync(config.data)) {
    throw new Error(
      `no folder is named, and ${config.data} is not there: add --data DIR or --config FILE`,
    );
  }
  return { data: config.data, config };
}
