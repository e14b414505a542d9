/*
 * What: the technician's console: `tw("id")` at Espruino's prompt, over USB or Bluetooth, answers with one line of JSON.
 * From where to where: a command's name and argument -> a line. Espruino's own prompt stays as it is.
 * Every line is {"tw": command, "ok": true, ...values} or {"tw": command, "ok": false, "reason": …, "help": …}.
 * Espruino-safe.
 */
import type { Board } from '../board';
import type { Node } from '../node-parts';
import { createCalibrate } from './calibrate';
import { counters, id, journal, radio, sensors, version } from './describe';
import { createFactoryReset, key, restart } from './keys-and-reset';
import { report } from './report';
import { rom } from './rom';
import { selftest } from './selftest';
import type { Answer, Command, Technician, TechnicianDoors } from './technician';

const HELP =
  'id version selftest sensors calibrate counters radio report journal rom key restart factory-reset';

function createCommands(): { [name: string]: Command } {
  return {
    id: id,
    version: version,
    selftest: selftest,
    sensors: sensors,
    calibrate: createCalibrate(),
    counters: counters,
    radio: radio,
    report: report,
    journal: journal,
    rom: rom,
    key: key,
    restart: restart,
    'factory-reset': createFactoryReset(),
  };
}

/** One line of JSON. A command that throws is answered too. */
function answerOf(technician: Technician, command: Command, argument: unknown): Answer {
  try {
    return command(technician, argument);
  } catch (error) {
    return { error: String(error) };
  }
}

/** Gives `tw` to the prompt. The result takes the running node, once there is one. */
export function startConsole(board: Board, doors: TechnicianDoors): (node: Node) => void {
  const technician: Technician = { board: board, doors: doors, node: null };
  const commands = createCommands();
  global.tw = (name, argument) => {
    const command = HELP.split(' ').indexOf(name) >= 0 ? commands[name] : null;
    const answer = command ? answerOf(technician, command, argument) : 'unknown command';
    const isRefused = typeof answer === 'string';
    const isFailed = isRefused || (answer as { error?: string }).error !== undefined;
    const refusal = { reason: answer, help: HELP };
    const head = { tw: name, ok: !isFailed };
    print(JSON.stringify(Object.assign(head, isRefused ? refusal : answer)));
  };
  return (node) => {
    technician.node = node;
  };
}
