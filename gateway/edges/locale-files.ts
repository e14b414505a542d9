/*
 * locale-files.ts: reads the files of the page's languages: one folder a language, pod.json in it.
 * Way: <folder>/<language>/pod.json -> JSON values by language, or what is wrong with a file. Nothing is believed yet (web/locale.ts).
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LANGUAGES_MAX, LOCALE_BYTES_MAX } from '../limits/facts';

/** Name of a language's file. */
export const LOCALE_FILE = 'pod.json';
/** Language codes that are a folder's name: ISO 639. */
const LANGUAGE = /^[a-z]{2,3}$/;

/** What was read. */
export interface LocaleFiles {
  /** JSON values by language, in the order of their codes. */
  files: Record<string, unknown>;
  /** In plain words: which file, and what to do. */
  problems: string[];
}

function readOne(path: string): unknown {
  const { size } = statSync(path);
  if (size > LOCALE_BYTES_MAX) throw new Error(`longer than ${LOCALE_BYTES_MAX} bytes`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Reads a folder of languages; one that is not there has none. */
export function readLocaleFiles(folder: string): LocaleFiles {
  const files: LocaleFiles['files'] = {};
  const problems: string[] = [];
  if (!existsSync(folder)) return { files, problems };
  const names = readdirSync(folder).sort();
  for (const language of names) {
    const path = join(folder, language, LOCALE_FILE);
    if (!existsSync(path)) continue;
    if (!LANGUAGE.test(language)) {
      problems.push(`${path}: name the folder after the language, such as "am" or "swa"`);
    } else if (Object.keys(files).length >= LANGUAGES_MAX) {
      problems.push(`${path}: ${LANGUAGES_MAX} languages at most`);
    } else {
      try {
        files[language] = readOne(path);
      } catch (error) {
        problems.push(`${path}: ${(error as Error).message}`);
      }
    }
  }
  return { files, problems };
}

/** The folder of the languages that come with the program: shared/locales, above this file or above the built one. */
export function ownLocalesFolder(): string {
  const from = dirname(fileURLToPath(import.meta.url));
  for (let folder = from; ; folder = dirname(folder)) {
    const locales = join(folder, 'shared', 'locales');
    if (existsSync(join(locales, 'en', LOCALE_FILE))) return locales;
    if (dirname(folder) === folder) throw new Error(`no shared/locales above ${from}`);
  }
}
