/*
 * provision-verb.ts: `tallywell provision`: gives the board at a port its site.
 * Way: flags and wiring file -> provision.ts.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { isTopicWord } from '../../gateway/core/register';
import { readOrNull } from './bench-files';
import { openBench } from './bench-folder';
import { type ProvisionOptions, type ProvisionResult, provision } from './provision';
import { Trouble } from './trouble';
import { type BenchFlags, benchVerb } from './verb';
import { addPortFlag, withBoard } from './with-board';

/** Flags of verbs that give a board a site. */
export interface ProvisionFlags extends BenchFlags {
  port?: string;
  site: string;
  name?: string;
  pulseUl?: string;
  calibrationId?: string;
  wiring?: string;
  radioPowerPin?: string;
  slot?: string;
  profile?: string;
  latitude?: string;
  longitude?: string;
  again?: boolean;
}

/** A number of a flag. Throws: Trouble bad-file, when it is none or out of its range. */
export function numberFlag(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && number >= least && number <= most) return number;
  throw new Trouble('bad-file', { file: flag, fault: `${least} … ${most}` });
}

function wholeFlag(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  const number = numberFlag(flag, text, least, most);
  if (number === undefined || Number.isInteger(number)) return number;
  throw new Trouble('bad-file', { file: flag, fault: `${least} … ${most}` });
}

/** Content of a JSON file. Throws: Trouble bad-file. */
export function readJsonFlag(file: string | undefined): unknown {
  if (file === undefined) return undefined;
  const bytes = readOrNull(file);
  if (bytes === null) throw new Trouble('bad-file', { file, fault: 'no-file' });
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Trouble('bad-file', { file, fault: 'no-json' });
  }
}

/** What the flags say. Throws: Trouble bad-file. */
export function provisionOptionsOf(flags: ProvisionFlags): ProvisionOptions {
  if (!isTopicWord(flags.site))
    throw new Trouble('bad-file', { file: '--site', fault: "1 … 64: A-Z a-z 0-9 '-' '_'" });
  const { site, name, radioPowerPin, profile } = flags;
  return {
    ...{ site, name, radioPowerPin, profile, isAgain: flags.again },
    pulseUl: wholeFlag('--pulse-ul', flags.pulseUl, 0, 1_000_000_000),
    calibrationId: wholeFlag('--calibration-id', flags.calibrationId, 1, 65_535),
    wiring: readJsonFlag(flags.wiring),
    slot: wholeFlag('--slot', flags.slot, 0, 255),
    latitude: numberFlag('--latitude', flags.latitude, -90, 90),
    longitude: numberFlag('--longitude', flags.longitude, -180, 180),
  };
}

/** Adds the flags that say what a site gets. */
export function addSiteFlags(command: Command): Command {
  return addPortFlag(command)
    .requiredOption('--site <site>', "word of the site: letters, digits, '-', '_'")
    .option('--name <name>', 'name of the site for people, in any script')
    .option('--pulse-ul <volume>', 'volume of one pulse of the meter, µL (0: not measured yet)')
    .option('--calibration-id <id>', 'number of that calibration, 1 to 65535; else the next')
    .option('--wiring <file>', 'JSON: the sensors and their pins (docs/sensors)')
    .option('--radio-power-pin <pin>', 'pin that switches the supply of the radio, D8')
    .option('--slot <slot>', 'place in the bulletins, 0 to 255; else the next free one')
    .option('--profile <program>', 'program on the board; else what `flash` noted')
    .option('--latitude <degrees>', 'where it stands, -90 to 90')
    .option('--longitude <degrees>', 'where it stands, -180 to 180');
}

/** The result for people. */
export function sayProvision(result: ProvisionResult, t: TFunction): string {
  const { site, slot, keyId, publicKey, wasSame, isDryRun } = result;
  const words = { site, slot, keyId: keyId ?? '', publicKey: publicKey ?? '' };
  if (isDryRun) return t('provision.plan', words);
  return t(wasSame ? 'provision.same' : 'provision.done', words);
}

/** Adds the verb. */
export function registerProvisionVerb(program: Command): void {
  const command = addSiteFlags(
    program
      .command('provision')
      .description('give a board its site, its key and its configuration'),
  ).option('--again', 'also a node that has another site');
  benchVerb<ProvisionFlags, ProvisionResult>(command, openBench, {
    async run(doors, flags) {
      const options = provisionOptionsOf(flags);
      return withBoard(flags.port, (session) => provision(doors, session, options));
    },
    say: sayProvision,
  });
}
