/*
 * Adds the judge's accounts up to the summary of a run, and says what is wrong with it.
 * From: the nodes (meters, flash), the gateway's database. To: run.ts. Source: docs/village.md defines each field.
 */
import type { Village } from './build';
import { deliveredOf, judgeNode, type NodeAccount, type NodeEvidence } from './judge';
import { meterTotal } from './meter';
import type { VillageOptions } from './options';
import type { RefusedCounts, StoreReading } from './store-reading';
import { percent, type Summary, UL_PER_DL, ulToDl } from './summary';

/** A run that is over. */
export interface EndedRun {
  options: VillageOptions;
  village: Village;
  before: RefusedCounts;
}

/** The summary, and in words everything that must not be. An empty list means all is accounted for. */
export interface Settlement {
  summary: Summary;
  complaints: string[];
}

/** What the judge gets to see of one node. */
export function evidenceOf(node: Village['nodes'][number], reading: StoreReading): NodeEvidence {
  return {
    site: node.site.site,
    kind: node.site.kind,
    publicKey: node.publicKey,
    bootMs: node.power.bootsMs,
    savedMs: node.power.savedMs,
    uncounted: node.power.uncounted,
    meters: node.meters,
    journal: node.journal(),
    storedRecords: reading.recordsOf(node.publicKey),
    storedBuckets: reading.bucketsOf(node.publicKey),
  };
}

function total(
  accounts: NodeAccount[],
  field: 'drawnUl' | 'openUl' | 'stored' | 'journaled' | 'betweenBoots' | 'uncountedUl' | 'lost',
) {
  return accounts.reduce((all, account) => all + account[field], 0);
}

/** Judges every node and adds up. `endMs` is the village time that was reached. */
export function settle(run: EndedRun, reading: StoreReading, endMs: number): Settlement {
  const evidence = run.village.nodes.map((node) => evidenceOf(node, reading));
  const accounts = evidence.map((node) => judgeNode(node, endMs));
  const of = (kind: NodeEvidence['kind']): NodeAccount[] =>
    accounts.filter((_, index) => evidence[index].kind === kind);
  const water = of('water-point');
  const canteens = of('canteen');
  const delivered = evidence.map((node) => deliveredOf(node, endMs));
  const refused = reading.refused();
  const summary: Summary = {
    seed: run.options.seed,
    days: Math.round((endMs / 86_400_000) * 10_000) / 10_000,
    sites: run.options.sites,
    records: {
      sent: run.village.nodes.reduce((all, node) => all + node.sentRecords(), 0),
      stored: evidence.reduce((all, node) => all + node.storedRecords.length, 0),
      duplicate: refused.duplicate - run.before.duplicate,
      rejected: refused.rejected - run.before.rejected,
    },
    volume_dl: {
      drawn: ulToDl(total(water, 'drawnUl')),
      stored: total(water, 'stored'),
      journaled: total(water, 'journaled'),
      between_boots: total(water, 'betweenBoots'),
      uncounted: ulToDl(total(water, 'uncountedUl')),
      open: ulToDl(total(water, 'openUl')),
      lost: total(water, 'lost'),
    },
    meals: {
      served: total(canteens, 'drawnUl'),
      stored: total(canteens, 'stored'),
      journaled: total(canteens, 'journaled'),
      between_boots: total(canteens, 'betweenBoots'),
      uncounted: total(canteens, 'uncountedUl'),
      open: total(canteens, 'openUl'),
      lost: total(canteens, 'lost'),
    },
    delivered_percent: percent(
      delivered.reduce((all, node) => all + node.stored, 0),
      delivered.reduce((all, node) => all + node.closed, 0),
    ),
    air_busy_percent: run.village.airBusyPercent(),
  };
  const complaints = [
    ...run.village.nodes.flatMap((node) => node.faults()),
    ...accounts.flatMap((account) => account.complaints),
    ...accounts
      .filter((account) => account.lost !== 0)
      .map((account) => `${account.site}: lost ${account.lost} (0.1 L or meals)`),
    ...sumComplaints(water, canteens, run.village),
  ];
  return { summary, complaints };
}

/** Checks the equation of the summary once more in whole µL, apart from the judge's own sums. */
function sumComplaints(water: NodeAccount[], canteens: NodeAccount[], village: Village): string[] {
  const metered = (kind: string): number =>
    village.nodes
      .filter((node) => node.site.kind === kind)
      .flatMap((node) => node.meters.map((meter, i) => [meter, node.power.uncounted[i]] as const))
      .reduce((all, [meter, more]) => all + (meterTotal(meter) + more) * meter.unitUl, 0);
  const told = (accounts: NodeAccount[], unit: number): number =>
    (total(accounts, 'stored') +
      total(accounts, 'journaled') +
      total(accounts, 'betweenBoots') +
      total(accounts, 'lost')) *
      unit +
    total(accounts, 'openUl') +
    total(accounts, 'uncountedUl');
  const complaints: string[] = [];
  if (metered('water-point') !== told(water, UL_PER_DL))
    complaints.push('the sum of water does not fit');
  if (metered('canteen') !== told(canteens, 1)) complaints.push('the sum of meals does not fit');
  return complaints;
}
