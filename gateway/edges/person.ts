/*
 * person.ts: asks the person at the terminal, or reads what is piped in.
 * Way: standard input -> text. What is typed is never written to a log, a file or the command line.
 */
import { createInterface } from 'node:readline';

/** Reads lines until `isEnough` of all so far, or the end. @returns all of it. */
export async function readFromPerson(
  question: string,
  isEnough: (text: string) => boolean,
): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  const lines = createInterface({ input: stdin, terminal: false });
  let text = '';
  for await (const line of lines) {
    text += `${line}\n`;
    if (isEnough(text)) break;
  }
  lines.close();
  stdin.pause();
  return text;
}

/** Asks, reads what is typed until Enter, and shows nothing of it. */
function readHidden(question: string): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true);
  process.stderr.write(question);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const end = (settle: () => void) => {
      stdin.off('data', hear);
      stdin.setRawMode(false);
      stdin.pause();
      process.stderr.write('\n');
      settle();
    };
    const hear = (keys: string) => {
      for (const key of keys) {
        if (key === '\r' || key === '\n') return end(() => resolve(typed.join('')));
        if (key === '\u0003' || key === '\u0004') return end(() => reject(new Error('stopped')));
        if (key === '\u007f' || key === '\b') typed = typed.slice(0, -1);
        else typed.push(key);
      }
    };
    stdin.on('data', hear);
  });
}

/**
 * Asks for a secret: at a terminal without showing it, else the first line of what is piped in.
 * Rejects: when the person stops (Ctrl-C).
 */
export async function readSecretFromPerson(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    const text = await readFromPerson('', () => true);
    return text.split('\n')[0];
  }
  return readHidden(question);
}
