/*
 * What: how soon an old phone on a slow net can use the home page of 100 sites: 3G and a processor six times slower.
 * From where to where: the database of five-years.ts -> the real `tallywell gateway` -> Chromium with its own brakes (DevTools
 * protocol) -> ms from asking to a page that is drawn and whose links can be pressed, and bytes that came.
 * The net is WebPageTest's "3G": 1.6 Mbit/s down, 768 kbit/s up, 300 ms there and back.
 */
import { type Browser, chromium } from 'playwright-core';
import { readyHistory, SITES, startOverHistory } from './five-years';

const LOADS = 11;
const MS_MAX = 2_000;
const BYTES_MAX = 60_000;
const CPU_SLOWER = 6;
const NET = {
  ...{ offline: false, latency: 300 },
  ...{ downloadThroughput: 1_600_000 / 8, uploadThroughput: 768_000 / 8 },
};

interface Load {
  ms: number;
  bytes: number;
}

/** One first load, nothing kept from before. */
async function load(browser: Browser, url: string, path: string): Promise<Load> {
  const context = await browser.newContext({
    ...{ viewport: { width: 320, height: 640 }, locale: 'en' },
  });
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', NET);
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWER });
  let bytes = 0;
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(url + path, { waitUntil: 'load' });
  // By the browser's own clock: drawn, and every link there; or, where nothing is drawn, read to its end.
  const ms = (await page.evaluate(`(() => {
    const [{ domInteractive }] = performance.getEntriesByType('navigation');
    const [drawn] = performance.getEntriesByName('first-contentful-paint');
    return Math.max(domInteractive, drawn === undefined ? 0 : drawn.startTime);
  })()`)) as number;
  const cards = await page.locator('a.card').count();
  if (path === '' && cards !== SITES) throw new Error('not all sites are there');
  await context.close();
  return { ms, bytes };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Prints the figures. Gives whether the bar holds. */
export async function bench(): Promise<boolean> {
  readyHistory();
  const { child, url } = await startOverHistory();
  const browser = await chromium.launch({
    ...{ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  });
  try {
    const figures = async (name: string, path: string) => {
      const loads: Load[] = [];
      for (let at = 0; at < LOADS; at += 1) loads.push(await load(browser, url, path));
      const ms = median(loads.map((one) => one.ms));
      const bytes = Math.max(...loads.map((one) => one.bytes));
      const longest = Math.max(...loads.map((one) => one.ms));
      console.log(
        `${name.padEnd(16)} ${ms.toFixed(0)} ms at the median, ${longest.toFixed(0)} at most; ${bytes} bytes`,
      );
      return { ms, bytes };
    };
    await figures('smallest answer', 'api/v1/session');
    const { ms, bytes } = await figures('home page', '');
    const holds = ms <= MS_MAX && bytes <= BYTES_MAX;
    console.log(
      `bar: ${MS_MAX} ms at the median, ${BYTES_MAX} bytes: ${holds ? 'holds' : 'MISSED'}`,
    );
    return holds;
  } finally {
    await browser.close();
    child.kill('SIGKILL');
  }
}
