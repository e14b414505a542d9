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
