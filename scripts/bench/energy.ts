/*
 * What: the energy ledger: every assumption as a line with its source, then each node's day, years and solar panel.
 * From where to where: hardware/energy -> stdout. The bar: lora link and reed meter, two years without sun.
 */
import { airtimeS, RECORD_BYTES } from '../../hardware/energy/activity';
import { CELLS, SUN } from '../../hardware/energy/currents';
import { chargeOf, chargePerDay, panelW, yearsOf } from '../../hardware/energy/ledger';
import { HOURLY, LORA_REED, NODES } from '../../hardware/energy/nodes';

const YEARS_MIN = 2;

function tellAssumptions(): void {
  console.log('assumptions');
  const seen = new Set<string>();
  for (const { current } of NODES.flatMap((node) => node.lines)) {
    if (seen.has(current.what)) continue;
    seen.add(current.what);
    console.log(
      `  ${current.what}: ${Number(current.ma.toPrecision(4))} mA\n      ${current.source}`,
    );
  }
  const { tries, answeredS, unansweredS } = HOURLY;
  const airS = airtimeS(HOURLY.preset, RECORD_BYTES).toFixed(2);
  console.log(`  a record of ${RECORD_BYTES} bytes each hour, ${airS} s on the air (LongFast), ${tries} tries
      record sizes: docs/bars.md; airtime: Semtech AN1200.13; tries: the project's bar
  an answer within ${answeredS} s, a try without one given up after ${unansweredS} s
      Meshtastic's retransmission interval for this preset
  listening for bulletins 30 s an hour, searching or not
      firmware/node-limits.ts, LISTEN_SHARE_S
  ${CELLS.what}, ${CELLS.usable * 100} % usable
      ${CELLS.source}
  ${SUN.worstHours} hours of full sun, ${Math.round(SUN.efficiency * 100)} % of it used
      ${SUN.source}\n`);
}

/** Prints the ledger. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  tellAssumptions();
  for (const node of NODES) {
    console.log(`${node.name}`);
    for (const line of node.lines) {
      const mAh = chargeOf(line).toFixed(2).padStart(8);
      const seconds = Math.round(line.secondsPerDay).toString().padStart(6);
      console.log(`${mAh} mAh  ${seconds} s  ${line.current.what}`);
    }
    console.log(
      `${chargePerDay(node).toFixed(2).padStart(8)} mAh a day: ${yearsOf(node).toFixed(2)} years, or a panel of ${panelW(node).toFixed(2)} W\n`,
    );
  }
  const years = yearsOf(LORA_REED);
  const holds = years >= YEARS_MIN;
  console.log(
    `lora and reed meter: ${years.toFixed(2)} years, ${holds ? 'at least' : 'LESS THAN'} ${YEARS_MIN}`,
  );
  return holds;
}
