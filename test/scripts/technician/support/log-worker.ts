/*
 * log-worker.ts: a process that adds lines to a bench's log. Arguments: folder, its name, how many.
 */
import { openBench } from '../../../../scripts/technician/bench-folder';

const [folder, device, count] = process.argv.slice(2);
const bench = openBench(folder);
for (let at = 0; at < Number(count); at++) {
  bench.log({
    ...{ act: 'flash', device, site: null, outcome: 'done', trouble: null, facts: { at } },
  });
}
