/*
 * pod-verb.ts: `tallywell pod`: which pod this bench works for.
 * Way: flags -> pod-act.ts.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { nodeIdOf } from '../../shared/meshtastic/node-id';
import { openBench } from './bench-folder';
import { tokenOf } from './gateway-client';
import { type PodResult, tellPod } from './pod-act';
import { type BenchFlags, benchVerb } from './verb';

interface PodFlags extends BenchFlags {
  gateway?: string;
  file?: string;
  tokenFile?: string;
  region?: string;
  preset?: string;
  newChannelKey?: boolean;
  channelKeyFile?: string;
  again?: boolean;
}

function say(
  { pod, fingerprint, keyWords, recoveryFingerprint, hasChannelKey }: PodResult,
  t: TFunction,
) {
  const { region, preset, gatewayUrl, gatewayNode } = pod;
  const radio = nodeIdOf(gatewayNode);
  return [
    t('pod.pod', { pod: pod.pod, region, preset, radio, url: gatewayUrl ?? '-' }),
    t('pod.key', { fingerprint, keyWords }),
    recoveryFingerprint === null
      ? t('pod.no-recovery')
      : t('pod.recovery', { recoveryFingerprint }),
    t(hasChannelKey ? 'pod.channel-key' : 'pod.no-channel-key'),
  ].join('\n');
}

/** Adds the verb. */
export function registerPodVerb(program: Command): void {
  const command = program
    .command('pod')
    .description(
      'which pod this bench works for: told once, by the gateway or a file; without flags: show it',
    )
    .option('--gateway <url>', 'ask the gateway, http://host:port')
    .option(
      '--token-file <file>',
      'first line: a token, where the gateway tells strangers nothing; or TALLYWELL_TOKEN',
    )
    .option('--file <file>', 'a pod.json from another bench')
    .option('--region <region>', 'region of the radios, EU_868')
    .option('--preset <preset>', 'modem preset of the radios, LONG_FAST')
    .option('--new-channel-key', 'make a random key for the channel "serial"')
    .option('--channel-key-file <file>', 'take its key from a file: 64 hex digits, or base64')
    .option('--again', 'also where another gateway key or channel key is known');
  benchVerb<PodFlags, PodResult>(command, openBench, {
    run: (doors, flags) => {
      const { gateway, file, region, preset, newChannelKey, channelKeyFile, again } = flags;
      const token = gateway === undefined ? null : tokenOf(flags.tokenFile);
      const options = { gateway, token, file, region, preset, newChannelKey, channelKeyFile };
      return tellPod(doors, { ...options, isAgain: again });
    },
    say,
  });
}
