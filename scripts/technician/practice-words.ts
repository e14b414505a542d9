/*
 * practice-words.ts: what `tallywell practice` says: which address is what, and the commands to type, in their order.
 * Way: a practice bench -> text.
 */
import type { TFunction } from 'i18next';
import type { Practice } from './practice';

const PROGRAMS = {
  xiao: 'water-point-xiao',
  'xiao-lora': 'water-point-xiao-lora',
  mdbt42q: 'water-point',
} as const;
const SITE = 'well-7';

/** The way of the first board, from the bag to its label. */
export function practiceCommands({ boards, radios, gateway }: Practice): string[] {
  const [board] = boards;
  if (!board || !gateway) return [];
  const port = `--port ${board.url}`;
  const token = `--token-file ${gateway.tokenFile}`;
  const provision = `tallywell provision ${port} --site ${SITE} --pulse-ul 450000`;
  const radio = radios[0]?.url;
  const isBare = board.board === 'mdbt42q';
  // The key of an MDBT42Q is made by a program of its own; provision puts the site's, which has no console for a self-test.
  const programs = isBare
    ? [
        `tallywell flash ${port} --profile bench-mdbt42q`,
        `${provision} --profile ${PROGRAMS.mdbt42q}`,
      ]
    : [`tallywell flash ${port} --profile ${PROGRAMS[board.board]}`, provision];
  return [
    `export TALLYWELL_BENCH=${gateway.bench}`,
    `tallywell pod --gateway ${gateway.url} --region EU_868 --new-channel-key`,
    `tallywell radio --for gateway --port ${gateway.radio.url}`,
    ...programs,
    ...(radio ? [`tallywell radio --for site --site ${SITE} --port ${radio}`] : []),
    `tallywell register ${token}`,
    ...(isBare ? [] : [`tallywell selftest ${port} ${token}`]),
    `tallywell label --site ${SITE} --out ${SITE}.pdf`,
  ];
}

const row = (number: number, ...cells: string[]): string =>
  [String(number).padStart(3), ...cells.filter(Boolean)].join('  ');

/** What is shown to people. */
export function sayPractice(practice: Practice, t: TFunction): string {
  const { boards, radios, gateway } = practice;
  const isLora = boards.some(({ board }) => board === 'xiao-lora');
  const gatewayLines = gateway
    ? [
        t('practice.gateway', { url: gateway.url, tokenFile: gateway.tokenFile }),
        t('practice.gateway-radio', { radio: gateway.radio.url, device: gateway.radio.device }),
      ]
    : [];
  const commands = practiceCommands(practice).map((line) => `    ${line}`);
  const [first] = boards;
  return [
    t('practice.head'),
    ...boards.map(({ number, url, board, serial, fault }) =>
      row(number, url, board, serial, fault),
    ),
    ...(isLora ? [t('practice.lora')] : []),
    ...(radios.length > 0
      ? [t('practice.radios'), ...radios.map((one) => row(one.number, one.url, one.device))]
      : []),
    ...gatewayLines,
    ...(gateway ? [t('practice.commands'), ...commands] : [t('practice.try', { url: first?.url })]),
    t('practice.pour'),
    t('practice.stop'),
  ].join('\n');
}
