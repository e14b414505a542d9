/*
 * radio-verb.ts: the verb `tallywell radio` on the command line.
 * Way: flags -> setUpRadio -> words.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { RADIO_BOARDS } from '../../../hardware/radios';
import { choosePort } from '../board/ports';
import { type BenchFlags, benchVerb, type OpenBench } from '../verb';
import { adminKeyOf } from './admin-radio';
import { nodeNumOf } from './node-number';
import { saySetUp } from './radio-words';
import { type SetUpOptions, type SetUpResult, setUpRadio } from './set-up';

interface RadioFlags extends BenchFlags {
  port?: string;
  for: 'gateway' | 'site' | 'sleeper';
  site?: string;
  name?: string;
  short?: string;
  region?: string;
  preset?: string;
  slot?: number;
  board?: string;
  pins?: { rxd: number; txd: number };
  remote?: number;
  adminRadio?: string;
  again?: boolean;
}

function pins(text: string): { rxd: number; txd: number } {
  const found = /^(\d{1,2}),(\d{1,2})$/.exec(text);
  const [rxd, txd] = found ? [Number(found[1]), Number(found[2])] : [0, 0];
  if (rxd > 0 && txd > 0 && rxd !== txd) return { rxd, txd };
  throw new InvalidArgumentError('two GPIO numbers, receiving first, neither 0: 15,16');
}

function nodeNumber(text: string): number {
  const found = nodeNumOf(text);
  if (found !== null) return found;
  throw new InvalidArgumentError('! and eight hex digits: !a1b2c3d4');
}

function slot(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number, 0 = by the name of the channel');
}

async function optionsOf(flags: RadioFlags): Promise<SetUpOptions> {
  const port = await choosePort(flags.port, {}, 'radio');
  return {
    port,
    role: flags.for,
    site: flags.site ?? null,
    longName: flags.name,
    shortName: flags.short,
    region: flags.region,
    preset: flags.preset,
    channelNum: flags.slot,
    board: flags.board,
    pins: flags.pins,
    remote: flags.remote,
    adminKey: flags.adminRadio === undefined ? undefined : await adminKeyOf(flags.adminRadio),
    again: flags.again,
  };
}

/** Adds the verb. */
export function registerRadioVerb(program: Command, openBench: OpenBench): void {
  const command = program
    .command('radio')
    .description('set up a Meshtastic radio for the gateway or a site; safe to repeat')
    .option('--port <port>', 'its port: /dev/…, COM3 or tcp://host; default: the only one there')
    .addOption(
      new Option(
        '--for <place>',
        'gateway; site: a node hangs on it; sleeper: powered only to send',
      )
        .choices(['gateway', 'site', 'sleeper'])
        .default('site'),
    )
    .option('--site <name>', 'site at which it stands; the radio is named after it')
    .option('--name <text>', 'long name, up to 39 bytes')
    .option('--short <text>', 'short name, up to 4 bytes')
    .option('--region <name>', "region, EU_868; default: the pod's")
    .option('--preset <name>', "modem preset, LONG_FAST; default: the pod's")
    .option('--slot <number>', "frequency slot; default: the pod's", slot)
    .addOption(
      new Option('--board <name>', 'radio board, for its pins; default: as the radio says').choices(
        RADIO_BOARDS.map(({ name }) => name),
      ),
    )
    .option('--pins <rxd,txd>', 'GPIO numbers of the radio to the node, receiving first', pins)
    .option(
      '--admin-radio <port|key>',
      'your own radio, which may set this one up over the air later: its port, or its public key',
    )
    .addOption(
      new Option(
        '--remote <!number>',
        'set up this radio over the air, through your own at the port, which it must know (--admin-radio)',
      )
        .argParser(nodeNumber)
        .conflicts('adminRadio'),
    )
    .option('--again', 'write also what is right already');
  benchVerb<RadioFlags, SetUpResult>(command, openBench, {
    run: async (doors, flags) => setUpRadio(doors, await optionsOf(flags)),
    say: saySetUp,
  });
}
