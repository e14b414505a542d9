/*
 * ports-verb.ts: `tallywell ports`: what is plugged in.
 * Way: flags -> ports.ts -> lines.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { openBench } from '../bench-folder';
import { LOOK_AGAIN_MS_MAX } from '../limits';
import { Trouble } from '../trouble';
import { type BenchFlags, benchVerb } from '../verb';
import { troubleWords } from '../words';
import { listPorts, type PortFound, type PortsFound } from './ports';

interface PortsFlags extends BenchFlags {
  port?: string;
  ask?: boolean;
  files?: boolean;
  watch?: boolean;
}

function sayAnswer({ answer, files = [] }: PortFound, t: TFunction): string[] {
  if (!answer) return [];
  if ('trouble' in answer) {
    return [`  ${troubleWords(t, new Trouble(answer.trouble as Trouble['code'])).what}`];
  }
  const lines = files.map(({ name, length, crc32 }) => {
    return `    ${name.padEnd(28)} ${String(length).padStart(8)}  ${crc32.toString(16).padStart(8, '0')}`;
  });
  return [`  ${t('ports.answer', { ...answer })}`, ...lines];
}

/** The list for people. */
export function sayPorts({ ports, drives }: PortsFound, t: TFunction): string {
  const lines = ports.flatMap((port) => {
    const name = port.name ?? `${port.vendorId}:${port.productId}`;
    return [
      `${port.byId ?? port.path}  ${t(`ports.${port.guess}`, { name })}`,
      ...sayAnswer(port, t),
    ];
  });
  lines.push(...drives.map(({ path, model }) => `${path}  ${t('ports.drive', { name: model })}`));
  return lines.length > 0 ? lines.join('\n') : t('ports.none');
}

/** Adds the verb. */
export function registerPortsVerb(program: Command): void {
  const command = program
    .command('ports')
    .description('what is plugged in and what it probably is; opens nothing unless asked')
    .option('--port <port>', 'ask this one only (/dev/…, COM3, tcp://host:port)')
    .option('--ask', 'open each port that may be an Espruino board, and ask it')
    .option('--files', 'list the files of each board, too')
    .option('--watch', 'go on, and tell each change; Ctrl-C ends it');
  benchVerb<PortsFlags, PortsFound>(command, openBench, {
    async run(doors, { port, ask, files, watch, json }, t) {
      const options = { port, isAsked: ask, hasFiles: files };
      let found = await listPorts(doors, options);
      while (watch && !doors.signal.aborted) {
        const told = JSON.stringify(found);
        process.stdout.write(`${json ? told : sayPorts(found, t)}\n`);
        do {
          await pause(LOOK_AGAIN_MS_MAX, undefined, { signal: doors.signal }).catch(() => {});
          found = await listPorts(doors, options);
        } while (JSON.stringify(found) === told && !doors.signal.aborted);
      }
      return found;
    },
    say: sayPorts,
  });
}
