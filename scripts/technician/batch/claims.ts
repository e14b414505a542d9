/*
 * claims.ts: which board has which row of the tray, and its slot: batch.json of the bench folder, written before the board gets it.
 * Way: run -> file -> the next run, after a crash too. What is done of each board stands in the signed log (done-acts.ts).
 */
import { join } from 'node:path';
import { z } from 'zod';
import { SLOTS_MAX } from '../../../gateway/limits/bulletins';
import { readJson, writeSafely } from '../bench-files';
import { verifyLog } from '../bench-folder';
import { type BenchSites, nextFreeSlot, nodeInUse, readSites } from '../sites';
import { Trouble } from '../trouble';
import { boardOf } from '../wiring-check';
import type { BatchRow } from './rows';

const CLAIMS = z.array(
  z.strictObject({
    site: z.string().max(64),
    /** Serial number of the board's chip. */
    device: z.string().max(64),
    slot: z
      .int()
      .min(0)
      .max(SLOTS_MAX - 1),
    /** Lines the log had: only later ones count for this tray. */
    afterLine: z.int().min(0),
  }),
);

/** A board has a row. */
export type Claim = z.infer<typeof CLAIMS>[number];

/** The claims of a bench. */
export interface Claims {
  /** The row of this board: its own of before, or the next free one. Throws: Trouble wrong-board, no-row, not-in-file, slot-taken. */
  claim(device: string, board: string): { row: BatchRow; slot: number; afterLine: number };
  /** Gives a row back that its board never became a node of. @returns its site; null = it keeps the row, or had none. */
  release(device: string): string | null;
  /** Who has the row of this site; null = nobody. */
  holderOf(site: string): Claim | null;
}

/** Site where this board is a node; null = none that the bench knows. */
function siteOfDevice({ sites }: BenchSites, device: string): string | null {
  return sites.find((site) => nodeInUse(site)?.device === device)?.site ?? null;
}

function slotOf(row: BatchRow, all: BenchSites, claims: Claim[], rows: BatchRow[]): number {
  const { site, slot: wanted } = row.options;
  const known = all.sites.find((one) => one.site === site);
  const own = wanted ?? (known ? nodeInUse(known)?.slot : undefined);
  if (own !== undefined) return own;
  const reserved = rows.flatMap(({ options }) => options.slot ?? []);
  const taken = [...all.slotsTaken, ...claims.map(({ slot }) => slot), ...reserved];
  const free = nextFreeSlot({ ...all, slotsTaken: taken });
  if (free === null) throw new Trouble('slot-taken', { slot: '' });
  return free;
}

/** Opens the claims of a bench folder. Only one batch at a time may. Throws: Trouble bad-file. */
export function openClaims(folder: string, rows: BatchRow[]): Claims {
  const file = join(folder, 'batch.json');
  let claims = readJson(file, CLAIMS) ?? [];
  const keep = () => writeSafely(file, `${JSON.stringify(claims, null, 2)}\n`);
  return {
    claim(device, board) {
      const all = readSites(folder);
      const site =
        siteOfDevice(all, device) ?? claims.find((one) => one.device === device)?.site ?? null;
      const isFree = ({ options }: BatchRow) =>
        !claims.some((one) => one.site === options.site) &&
        !all.sites.some((one) => one.site === options.site && nodeInUse(one) !== null);
      const open = site === null ? rows.filter(isFree) : [];
      const row =
        site === null
          ? open.find(({ profile }) => boardOf(profile).espruino === board)
          : rows.find(({ options }) => options.site === site);
      if (row === undefined && open.length > 0 && open[0] !== undefined)
        throw new Trouble('wrong-board', { board, wanted: boardOf(open[0].profile).espruino });
      if (row === undefined && site === null) throw new Trouble('no-row');
      if (row === undefined) throw new Trouble('not-in-file', { site: site ?? '' });
      const before = claims.find((one) => one.device === device);
      if (before?.site === row.options.site)
        return { row, slot: before.slot, afterLine: before.afterLine };
      const slot = slotOf(row, all, claims, rows);
      const afterLine = verifyLog(folder).lines.length;
      const mine = { site: row.options.site, device, slot, afterLine };
      claims = [...claims.filter((one) => one.device !== device), mine];
      keep();
      return { row, slot, afterLine };
    },
    release(device) {
      const mine = claims.find((one) => one.device === device);
      if (mine === undefined || siteOfDevice(readSites(folder), device) !== null) return null;
      claims = claims.filter((one) => one !== mine);
      keep();
      return mine.site;
    },
    holderOf: (site) => claims.find((one) => one.site === site) ?? null,
  };
}
