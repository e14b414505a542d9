/*
 * Administration in a real browser, mostly without JavaScript: in and out, register by a bench's signed file, rename, people, retire,
 * accounts and tokens, backup, clock, language of the pod; and what is refused: other origins, guessing, too little scope.
 * With TALLYWELL_PICTURES=folder it also makes pictures.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'acorn';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { CLOCK_SCRIPT } from '../../../gateway/web/admin/clock-page';
import { POD_LANGUAGES, podWords } from '../../../gateway/web/pod-words';
import { packageFolder } from '../../../scripts/village/options';
import { toHex } from '../../../shared/bytes';
import { smallPng } from '../../scripts/technician/page/small-png';
import { testNode } from '../support/nodes';
import { until } from '../support/places';
import { PASSWORD, type Place, place } from './admin-kit';
import { hasBrowser, startBrowser } from './pod-browser';

const PICTURES = process.env.TALLYWELL_PICTURES;
const { t } = podWords('en');

let browser: Browser;
beforeAll(async () => {
  if (hasBrowser) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

async function phone({ gateway }: Place, other: BrowserContextOptions = {}) {
  const context = await browser.newContext({
    ...{ viewport: { width: 320, height: 640 }, locale: 'en', javaScriptEnabled: false, ...other },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const go = (path: string) => page.goto(new URL(path, gateway.httpUrl).href);
  const press = (key: string) =>
    page
      .locator(`button:has-text("${t(key)}")`)
      .first()
      .click();
  const open = (text: string) => page.locator(`summary:has-text("${text}")`).first().click();
  const told = () => page.locator('.told').first().innerText();
  const logIn = async (name: string, password = PASSWORD) => {
    await go('/admin');
    await page.locator('[name=name]').fill(name);
    await page.locator('[name=password]').fill(password);
    await press('admin.logIn');
  };
  return { page, go, press, open, told, logIn };
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) writeFileSync(join(PICTURES, `${name}.png`), smallPng(await page.screenshot()));
}

/** A bench's file, signed by node:crypto over canonical JSON written here by hand. */
function benchFile(site: object, replaces = false): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const bench = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
  };
  const registration = sorted({
    ...{ bench: bench.toString('hex'), pod: 'testpod', madeAt: 1_790_000_000 },
    sites: [{ site, replaces }],
  });
  const message = `tallywell-registration-v1\n${JSON.stringify(registration)}`;
  const signature = sign(null, Buffer.from(message), privateKey).toString('hex');
  return JSON.stringify({ registration, signature });
}

async function sitesOf({ gateway }: Place): Promise<{ site: string; name: string }[]> {
  const answer = await fetch(new URL('/api/v1/sites', gateway.httpUrl));
  return ((await answer.json()) as { sites: { site: string; name: string }[] }).sites;
}

/** Asks the API with these headers. */
function asker({ gateway }: Place) {
  return (path: string, headers: Record<string, string>): Promise<unknown> =>
    fetch(new URL(path, gateway.httpUrl), { headers }).then((answer) => answer.json());
}

const NEW_SITE = {
  ...{ site: 'school', name: 'School', kind: 'canteen', latitude: 1.5, longitude: 2.5 },
  nodes: [{ publicKey: toHex(testNode(5).publicKey), slot: 7, placedAt: 1_700_000_000 }],
};

test.skipIf(!hasBrowser)(
  'without JavaScript: log in, register by a signed file that is shown first, log out',
  async () => {
    const here = await place();
    const { page, go, press, told } = await phone(here);
    await go('/admin/sites');
    await page.locator('[name=name]').fill('tech');
    await page.locator('[name=password]').fill('guess guess');
    await press('admin.logIn');
    expect(await told()).toBe(t('admin.wrong'));
    await page.locator('[name=name]').fill('tech');
    await page.locator('[name=password]').fill(PASSWORD);
    await press('admin.logIn');
    expect(new URL(page.url()).pathname).toBe('/admin/sites');
    const text = benchFile(NEW_SITE);
    await page.locator('[name=text]').fill(text.replace('School', 'Schoop'));
    await press('admin.look');
    expect(await told()).toBe(t('admin.changedFile'));
    const file = { name: 'tallywell-registration.json', mimeType: 'application/json' };
    await page.locator('[name=file]').setInputFiles({ ...file, buffer: Buffer.from(text) });
    await press('admin.look');
    expect(await page.locator('.notice').innerText()).toContain('school');
    await picture(page, 'admin-register');
    const sites = () => sitesOf(here);
    expect(await sites()).toHaveLength(2);
    await press('admin.register');
    expect(await told()).toBe(t('admin.registered'));
    expect(await sites()).toHaveLength(3);
    await go('/admin/people');
    expect(await told()).toBe(t('admin.notAllowed'));
    await go('/admin');
    await press('admin.logOut');
    await go('/admin/sites');
    expect(await page.locator('[name=password]').count()).toBe(1);
    expect(here.lines.join('\n')).not.toMatch(/correct horse|guess guess/);
  },
  90_000,
);

test.skipIf(!hasBrowser)(
  'a registered site: another name, people served, its node retired; what stands in the file is changed there',
  async () => {
    const here = await place();
    const { page, go, press, open, told, logIn } = await phone(here);
    await logIn('tech');
    await go('/admin/sites');
    await page.locator('[name=text]').fill(benchFile(NEW_SITE));
    await press('admin.look');
    await press('admin.register');
    await open('School');
    const form = page.locator('details', { hasText: 'School' });
    await form.locator('[name=name]').fill('School <b> at the hill');
    await form
      .locator(`button:has-text("${t('admin.save')}")`)
      .nth(1)
      .click();
    expect((await sitesOf(here)).find(({ site }) => site === 'school')?.name).toContain('<b> at');
    await open('School');
    const again = page.locator('details', { hasText: 'School' });
    await again.locator('[name=value]').fill('120');
    await again
      .locator(`button:has-text("${t('admin.save')}")`)
      .first()
      .click();
    expect(
      await page.locator('details', { hasText: 'School' }).locator('[name=value]').inputValue(),
    ).toBe('120');
    await open('School');
    await page
      .locator('details', { hasText: 'School' })
      .locator(`button:has-text("${t('admin.retire')}")`)
      .click();
    expect(await told()).toBe(t('admin.retired'));
    const pod = await fetch(new URL('/api/v1/pod', here.gateway.httpUrl));
    expect(((await pod.json()) as { slots: number[] }).slots).toEqual([0, 1]);
    expect(
      await page
        .locator('details', { hasText: 'Well' })
        .locator(`button:has-text("${t('admin.retire')}")`)
        .count(),
    ).toBe(0);
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'accounts: made, changed, removed; the last administrator stays',
  async () => {
    const here = await place();
    const { page, go, open, told, logIn } = await phone(here);
    await logIn('root');
    await picture(page, 'admin-overview');
    await go('/admin/people');
    await open(t('admin.addAccount'));
    const add = page.locator('details', { hasText: t('admin.addAccount') });
    await add.locator('[name=name]').fill('bee');
    await add.locator('button').click();
    const password = await page.locator('.told code').innerText();
    expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    await picture(page, 'admin-people');
    const ask = asker(here);
    const basic = (name: string, secret: string) => ({
      authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
    });
    expect(await ask('/api/v1/session', basic('bee', password))).toEqual({
      ...{ name: 'bee', scope: 'technician' },
    });
    await open('bee');
    const bee = () => page.locator('details', { hasText: 'bee' });
    await bee().locator('[name=scope]').selectOption('reader');
    await bee()
      .locator(`button:has-text("${t('admin.save')}")`)
      .click();
    await open('bee');
    await bee().locator('[name=password]').fill('another secret');
    await bee()
      .locator(`button:has-text("${t('admin.setPassword')}")`)
      .click();
    expect(await ask('/api/v1/session', basic('bee', 'another secret'))).toEqual({
      ...{ name: 'bee', scope: 'reader' },
    });
    await open('bee');
    await bee()
      .locator(`button:has-text("${t('admin.remove')}")`)
      .click();
    expect(await bee().count()).toBe(0);
    await open('root');
    await page
      .locator('details', { hasText: 'root' })
      .locator(`button:has-text("${t('admin.remove')}")`)
      .click();
    expect(await told()).toBe(t('people.fault.last-admin'));
    expect(here.lines.join('\n')).not.toContain('another secret');
  },
  90_000,
);

test.skipIf(!hasBrowser)(
  'tokens: shown once, they count at once, and no more when removed',
  async () => {
    const here = await place();
    const { page, go, open, logIn } = await phone(here);
    const ask = asker(here);
    await logIn('root');
    await go('/admin/people');
    await open(t('admin.addToken'));
    const token = page.locator('details', { hasText: t('admin.addToken') });
    await token.locator('[name=name]').fill('display');
    await token.locator('[name=days]').fill('30');
    await token.locator('button').click();
    const secret = await page.locator('.told code').innerText();
    const bearer = { authorization: `Bearer ${secret}` };
    expect(await ask('/api/v1/session', bearer)).toEqual({ name: null, scope: 'reader' });
    await open('display');
    await page.locator('details', { hasText: 'display' }).locator('button').click();
    expect(await ask('/api/v1/session', bearer)).toHaveProperty('error');
    expect(here.lines.join('\n')).not.toContain(secret);
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'backup now, and where it went; the language of the pod for whoever chose none',
  async () => {
    const here = await place({
      backup: { program: join(packageFolder(), 'dist/tallywell.js'), usb: false },
    });
    const { page, go, press, told, logIn } = await phone(here);
    await logIn('root');
    await page.locator('[name=language]').selectOption('sw');
    await press('admin.save');
    expect(await page.locator('html').getAttribute('lang')).toBe('sw');
    const stranger = await phone(here);
    await stranger.go('/');
    expect(await stranger.page.locator('html').getAttribute('lang')).toBe('sw');
    await stranger.go('/?lang=fr');
    await stranger.go('/t');
    expect(await stranger.page.locator('html').getAttribute('lang')).toBe('fr');
    // The gateway makes its first one by itself: then the page says so, and has no button.
    const button = page.locator(`button:has-text("${t('backup.now')}")`);
    await until(async () => {
      await go('/admin/backup?lang=en');
      return (await button.count()) > 0;
    });
    await press('backup.now');
    const begun = await told();
    expect([t('backup.started'), t('backup.refused')].some((one) => begun.startsWith(one))).toBe(
      true,
    );
    await until(() => here.gateway.status().backup?.card != null);
    await go('/admin/backup');
    expect(await page.locator('table').innerText()).toContain(join(here.folder, 'backup'));
    await picture(page, 'admin-backup');
  },
  150_000,
);

test.skipIf(!hasBrowser)(
  'the clock: typed without JavaScript, the phone’s own with it; wrong password and too little scope in words',
  async () => {
    const here = await place({ clock: undefined });
    const state = () => here.gateway.status().clock.source;
    const plain = await phone(here);
    await plain.go('/clock');
    await plain.page
      .locator('[name=day]')
      .fill('2026-13-77')
      .catch(() => {});
    const set = async ({ page, press }: typeof plain, name: string, password: string) => {
      await page.locator('[name=name]').fill(name);
      await page.locator('[name=password]').fill(password);
      await press('clock.set');
    };
    await set(plain, 'tech', 'wrong wrong wrong');
    expect(await plain.told()).toBe(t('admin.wrong'));
    await set(plain, 'eyes', PASSWORD);
    expect(await plain.told()).toBe(t('admin.notAllowed'));
    await set(plain, 'tech', PASSWORD);
    expect(await plain.told()).toBe(t('clock.unclear'));
    expect(state()).not.toBe('technician');
    const [day, time] = new Date().toISOString().slice(0, 16).split('T');
    await plain.page.locator('[name=day]').fill(day);
    await plain.page.locator('[name=time]').fill(time);
    await set(plain, 'tech', PASSWORD);
    const typed = await plain.told();
    // Whoever is surer already keeps his time; both are told in words.
    expect([t('clock.done'), t('clock.refused')].some((words) => typed.startsWith(words))).toBe(
      true,
    );
    const live = await phone(here, { javaScriptEnabled: true });
    await live.go('/clock');
    expect(await live.page.locator('[name=day]').count()).toBe(0);
    await picture(live.page, 'admin-clock');
    await set(live, 'tech', PASSWORD);
    expect(await live.told()).toBe(t('clock.done'));
    expect(state()).toBe('technician');
    // The password opened no session.
    await live.go('/admin');
    expect(await live.page.locator('[name=password]').count()).toBe(1);
    expect(() => parse(CLOCK_SCRIPT, { ecmaVersion: 5 })).not.toThrow();
  },
  60_000,
);

test.skipIf(!hasBrowser)(
  'every page in every language on a narrow phone, with and without an account',
  async () => {
    const here = await place();
    const { page, go, logIn } = await phone(here, { javaScriptEnabled: true });
    const look = async (path: string, language: string) => {
      await go(`${path}?lang=${language}`);
      const seen = await page.evaluate(`(() => { const { documentElement: root } = document;
        document.querySelectorAll('details').forEach((one) => { one.open = true; });
        const small = [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea')].filter((one) => one.getBoundingClientRect().height < 44);
        const nameless = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter((one) => one.labels.length === 0);
        return [root.scrollWidth - root.clientWidth, root.dir, document.querySelectorAll('h1').length, small.length, nameless.length,
          /\\b(admin|people|backup|clock|form|check)\\.[a-z]/.test(document.body.innerText)]; })()`);
      const dir = language === 'ar' ? 'rtl' : 'ltr';
      expect([path, language, seen]).toEqual([path, language, [0, dir, 1, 0, 0, false]]);
    };
    for (const language of POD_LANGUAGES)
      for (const path of ['/admin', '/clock']) await look(path, language);
    await go('/admin?lang=en');
    await logIn('root');
    for (const language of POD_LANGUAGES) {
      for (const path of ['/admin', '/admin/sites', '/admin/people', '/admin/backup', '/clock'])
        await look(path, language);
      if (language === 'ar') {
        await go('/admin?lang=ar');
        await picture(page, 'admin-arabic');
        await go('/admin/people?lang=ar');
        await picture(page, 'admin-people-arabic');
      }
    }
  },
  120_000,
);
