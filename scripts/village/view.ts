/*
 * What a person sees while the village runs: a table repainted in place, or one plain line per village hour.
 * From: run.ts (a snapshot). To: the terminal. Source: ECMA-48 control sequences (cursor home, erase to end).
 */
import { grouped } from './summary';

/** One line of the table. Litres and meals are what really went through; lastHeardS 0 = never. */
export interface SiteRow {
  site: string;
  name: string;
  kind: 'water-point' | 'canteen';
  drawnLitres: number;
  meals: number;
  storedRecords: number;
  closedRecords: number;
  lastHeardS: number;
  state: string;
}

/** All that is shown. Times are unix s of village time; percents 0..100. */
export interface Snapshot {
  title: string;
  timeS: number;
  rows: SiteRow[];
  /** undefined while no record has closed yet. */
  deliveredPercent: number | undefined;
  airBusyPercent: number;
  duplicate: number;
  rejected: number;
  notes: string[];
  httpUrl: string;
  mqttUrl: string;
  subscribe: string;
}

/** Somewhere to show snapshots. `note` is for things a person must not miss. */
export interface View {
  show(snapshot: Snapshot): void;
  note(text: string): void;
  /** Leaves the terminal as it was found. */
  close(): void;
}

/** Village time as text: 2026-09-07 14:05. */
export function timeWords(timeS: number): string {
  return new Date(timeS * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

/** How long ago, short: "12 min", "3 h", "never". */
export function agoWords(nowS: number, thenS: number): string {
  if (thenS === 0) return 'never';
  const minutes = Math.max(0, Math.floor((nowS - thenS) / 60));
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

function totals(snapshot: Snapshot): string {
  const litres = snapshot.rows.reduce((sum, row) => sum + row.drawnLitres, 0);
  const meals = snapshot.rows.reduce((sum, row) => sum + row.meals, 0);
  return (
    `${snapshot.rows.length} sites  ${grouped(litres)} L  ${grouped(meals)} meals  ` +
    `delivered ${snapshot.deliveredPercent ?? '–'} %  air busy ${snapshot.airBusyPercent} %  ` +
    `duplicate ${snapshot.duplicate}  rejected ${snapshot.rejected}`
  );
}

function addressLines(snapshot: Snapshot): string[] {
  return [
    `page    ${snapshot.httpUrl}`,
    `broker  ${snapshot.mqttUrl}   try: ${snapshot.subscribe}`,
  ];
}

/** The table as lines, each cut to `columns`; sites beyond `rowsMax` are told as a number. */
export function tableLines(snapshot: Snapshot, columns: number, rowsMax: number): string[] {
  const shown = snapshot.rows.slice(0, Math.max(1, rowsMax));
  const table = shown.map((row) => {
    const amount =
      row.kind === 'canteen' ? `${grouped(row.meals)} meals` : `${grouped(row.drawnLitres)} L`;
    const delivered = `${row.storedRecords}/${row.closedRecords}`;
    return (
      `${row.site.padEnd(12)}${amount.padStart(14)}${delivered.padStart(11)}` +
      `${agoWords(snapshot.timeS, row.lastHeardS).padStart(11)}  ${row.state.padEnd(14)}${row.name}`
    );
  });
  const hidden = snapshot.rows.length - shown.length;
  return [
    `Tallywell village  ${timeWords(snapshot.timeS)}  ${snapshot.title}`,
    totals(snapshot),
    '',
    `${'site'.padEnd(12)}${'drawn/served'.padStart(14)}${'records'.padStart(11)}${'heard'.padStart(11)}  state         name`,
    ...table,
    ...(hidden > 0 ? [`… and ${hidden} more sites`] : []),
    '',
    ...addressLines(snapshot),
    ...snapshot.notes.slice(-3),
    'Ctrl-C stops.',
  ].map((line) => line.slice(0, Math.max(20, columns)));
}

/** A table repainted in place on a terminal. */
export function createTerminalView(out: NodeJS.WriteStream): View {
  let opened = false;
  const notes: string[] = [];
  return {
    show: (snapshot) => {
      const size = { columns: out.columns ?? 100, rows: out.rows ?? 30 };
      const all = { ...snapshot, notes: [...snapshot.notes, ...notes] };
      const lines = tableLines(all, size.columns, size.rows - 13);
      out.write(
        `${opened ? '' : '\x1b[2J'}\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\n')}\n\x1b[J`,
      );
      opened = true;
    },
    note: (text) => {
      if (opened) notes.push(text);
      else out.write(`${text}\n`);
    },
    close: () => {
      opened = false;
    },
  };
}

/** Where to look, then one plain line per village hour (at most), for logs and pipes. */
export function createLineView(out: { write(text: string): unknown }): View {
  let shownHour = -1;
  return {
    show: (snapshot) => {
      const hour = Math.floor(snapshot.timeS / 3600);
      if (hour === shownHour) return;
      if (shownHour < 0) out.write(`${addressLines(snapshot).join('\n')}\n`);
      shownHour = hour;
      out.write(`${timeWords(snapshot.timeS)}  ${totals(snapshot)}\n`);
    },
    note: (text) => {
      out.write(`${text}\n`);
    },
    close: () => {},
  };
}
