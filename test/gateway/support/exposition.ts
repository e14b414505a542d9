/*
 * exposition.ts: a strict reader of Prometheus' text format, written from its specification: the oracle of /metrics.
 * Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
 */

/** Samples under one name. */
export interface Family {
  type: string;
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{((?:${LABEL}(?:,(?!\\})|(?=\\})|,(?=\\})))*)\\})?[ \\t]+(\\S+)(?:[ \\t]+(-?\\d+))?$`,
);
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (text === 'NaN') return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`no number: ${text}`);
  return Number(text);
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)) {
    if (name in labels) throw new Error(`label ${name} twice`);
    labels[name] = value.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));
  }
  return labels;
}

class Reader {
  families = new Map<string, Family>();
  private typed = new Set<string>();
  private open = '';

  private family(name: string): Family {
    let family = this.families.get(name);
    if (family === undefined) {
      family = { type: 'untyped', help: '', samples: [] };
      this.families.set(name, family);
    }
    return family;
  }

  private comment(line: string): void {
    const [, kind, name, rest] = /^#\s+(HELP|TYPE)\s+(\S+)\s?(.*)$/.exec(line) ?? [];
    if (kind === undefined) return;
    const family = this.family(name);
    if (family.samples.length > 0) throw new Error(`${kind} after the samples of ${name}`);
    if (kind === 'HELP') family.help = rest;
    else {
      if (!TYPES.includes(rest)) throw new Error(`no type: ${rest}`);
      if (this.typed.has(name)) throw new Error(`TYPE of ${name} twice`);
      this.typed.add(name);
      family.type = rest;
    }
  }

  private sample(line: string): void {
    const [all, name, labels, value] = SAMPLE.exec(line) ?? [];
    if (all === undefined) throw new Error('no sample');
    const family = this.family(name);
    if (this.open !== name && family.samples.length > 0)
      throw new Error(`${name} is in two groups`);
    this.open = name;
    const sample = { labels: labelsOf(labels ?? ''), value: numberOf(value) };
    const same = JSON.stringify(sample.labels);
    if (family.samples.some((one) => JSON.stringify(one.labels) === same)) {
      throw new Error('the same sample twice');
    }
    family.samples.push(sample);
  }

  line(line: string): void {
    if (line.startsWith('#')) this.comment(line);
    else if (line.trim() !== '') this.sample(line);
  }
}

/** Reads a text. Throws: with the line where it breaks the format. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const reader = new Reader();
  text.split('\n').forEach((line, at) => {
    try {
      reader.line(line);
    } catch (error) {
      throw new Error(`line ${at + 1}: ${(error as Error).message}`);
    }
  });
  return reader.families;
}
