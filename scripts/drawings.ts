/*
 * What: `npm run drawings`: writes the wiring drawings and the bill of materials from the data in hardware/.
 * From where to where: hardware/wiring-drawing.ts, hardware/bill-of-materials.ts -> hardware/drawings/*.svg, docs/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { billsPage } from '../hardware/bill-of-materials';
import { DRAWINGS, drawingSvg } from '../hardware/wiring-drawing';

mkdirSync('hardware/drawings', { recursive: true });
for (const drawing of DRAWINGS) {
  const path = `hardware/drawings/${drawing.file}.svg`;
  writeFileSync(path, drawingSvg(drawing));
  console.log(path);
}
writeFileSync('docs/bill-of-materials.md', billsPage());
console.log('docs/bill-of-materials.md');
