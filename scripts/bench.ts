/*
 * What: `npm run bench -- NAME`: measures one thing and prints it beside a reference.
 * From where to where: scripts/bench/NAME.ts -> a table on stdout. Exit code 1 when the bar is missed, 2 on a wrong name.
 */
const BENCHES: { [name: string]: () => Promise<{ bench: () => Promise<boolean> }> } = {
  airtime: () => import('./bench/airtime'),
  energy: () => import('./bench/energy'),
  exports: () => import('./bench/exports'),
  history: () => import('./bench/history'),
  ingest: () => import('./bench/ingest'),
  interpreter: () => import('./bench/interpreter'),
  journal: () => import('./bench/journal'),
  native: () => import('./bench/native'),
  pages: () => import('./bench/pages'),
  phone: () => import('./bench/phone'),
  technician: () => import('./bench/technician'),
  wear: () => import('./bench/wear'),
};

const open = BENCHES[process.argv[2] ?? ''];
if (!open) {
  console.error(
    `usage: npm run bench -- NAME, where NAME is one of: ${Object.keys(BENCHES).join(' ')}`,
  );
  process.exitCode = 2;
} else if (!(await (await open()).bench())) process.exitCode = 1;

export {};
